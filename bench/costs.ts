import type { temporal } from '@temporalio/proto';
import type { Collected, Row } from './figures';
import type { Contender } from './contenders';
import type { Testbed } from './testbed';

type Event = temporal.api.history.v1.IHistoryEvent;

const [EVENTS, TRANSITIONS, TASKS, ACTIONS] = [
  'events a run',
  'state transitions a run',
  'workflow tasks a run',
  'billable actions a run',
] as const;

/** What a run is to cost at the most, where AWS is ACTIVE within the first looks. */
export const GOALS: Record<string, Pick<Row, 'goal'>> = {
  [EVENTS]: { goal: '≤ 13' },
  [TRANSITIONS]: { goal: '≤ 7' },
  [TASKS]: { goal: '≤ 2' },
  [ACTIONS]: { goal: '≤ 3' },
};

/** Adds what a run has cost the server, as its history tells. */
export async function addCosts(
  bed: Testbed,
  { column, workflowId }: Contender,
  accountId: string,
  figures: Collected,
) {
  if (workflowId === undefined) return;
  const handle = bed.temporal.workflow.getHandle(workflowId(accountId));
  const { raw } = await handle.describe();
  const events = (await handle.fetchHistory()).events ?? [];
  const count = (is: (event: Event) => boolean) => events.filter(is).length;
  figures.add(EVENTS, '', column, events.length);
  figures.add(TRANSITIONS, '', column, Number(raw.workflowExecutionInfo?.stateTransitionCount ?? 0));
  figures.add(
    TASKS,
    '',
    column,
    count((it) => Boolean(it.workflowTaskCompletedEventAttributes)),
  );
  figures.add(ACTIONS, '', column, count(isBillable));
}

/**
 * Whether Temporal Cloud bills an event: https://docs.temporal.io/cloud/actions. Heartbeats, which it bills as well, and
 * attempts of activities past the first are in no history of a run in which nothing goes wrong.
 */
export function isBillable(event: Event): boolean {
  return Boolean(
    event.workflowExecutionStartedEventAttributes ??
    event.activityTaskStartedEventAttributes ??
    event.timerStartedEventAttributes ??
    event.upsertWorkflowSearchAttributesEventAttributes ??
    event.workflowExecutionSignaledEventAttributes ??
    event.workflowExecutionUpdateAcceptedEventAttributes,
  );
}
