/** An event of a history, as JSON has it. */
export interface JsonEvent {
  eventId: string;
  eventTime: string;
  eventType: string;
  [attributes: string]: unknown;
}

/** Writes down what Temporal would, a second after another: what no test can wait for, or bring about in time. */
export class HistoryWriter {
  readonly events: JsonEvent[];
  private readonly from: number;

  /** @param afterMs how long after the last event the next one is */
  constructor(events: readonly JsonEvent[], afterMs = 0) {
    this.events = [...events];
    this.from = Date.parse(events.at(-1)?.eventTime ?? '') + afterMs;
  }

  /**
   * Adds an event.
   *
   * @param type without the prefix that they share
   * @returns its ID
   */
  add(type: string, attributes: object): string {
    const { length } = this.events;
    const field = type.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    const eventId = String(length + 1);
    this.events.push({
      eventId,
      eventTime: new Date(this.from + length * 1_000).toISOString(),
      eventType: `EVENT_TYPE_${type}`,
      [`${field}EventAttributes`]: attributes,
    });
    return eventId;
  }

  /** Adds a workflow task that is completed; the ID of its completion. */
  addTask(): string {
    const scheduledEventId = this.add('WORKFLOW_TASK_SCHEDULED', {});
    const startedEventId = this.add('WORKFLOW_TASK_STARTED', { scheduledEventId });
    return this.add('WORKFLOW_TASK_COMPLETED', { scheduledEventId, startedEventId });
  }
}
