/** A metric of a worker. */
export interface Metric {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** What it tells, as a sentence for people. */
  readonly help: string;
  /**
   * Its labels, beside namespace and task queue: `task_queue`, or `taskQueue` as the SDK has it where a workflow tells. An
   * account or a workflow ID is never one of them: there are too many.
   */
  readonly labels: readonly string[];
  readonly unit?: string;
  /** Upper bounds of the buckets of a histogram. */
  readonly buckets?: readonly number[];
}

const PREFIX = 'identity_center_';

/** The metrics of a worker, beside those of the Temporal SDK. docs/operations.md is made from this. */
export const METRICS = {
  calls: {
    name: `${PREFIX}aws_calls_total`,
    kind: 'counter',
    help: 'Requests to AWS that were answered or given up, by what came of them: ok, or a cause of docs/failures.md.',
    labels: ['operation', 'answer'],
  },
  callSeconds: {
    name: `${PREFIX}aws_call_seconds`,
    kind: 'histogram',
    help: 'How long AWS took to answer a request.',
    labels: ['operation'],
    unit: 's',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  rate: {
    name: `${PREFIX}calls_per_second`,
    kind: 'gauge',
    help: 'Calls to Identity Center a second that the worker makes at the most, as AWS has throttled, and under the limit.',
    labels: [],
  },
  limit: {
    name: `${PREFIX}calls_per_second_limit`,
    kind: 'gauge',
    help: 'The share of this worker in the limit that was set for the task queue; +Inf: none was set.',
    labels: [],
  },
  waiting: {
    name: `${PREFIX}calls_waiting`,
    kind: 'gauge',
    help: 'Calls that wait in the worker for their turn.',
    labels: [],
  },
  sentAway: {
    name: `${PREFIX}calls_sent_away_total`,
    kind: 'counter',
    help: 'Calls that gave their slot back, and come again later, as too many were ahead of them.',
    labels: [],
  },
  held: {
    name: `${PREFIX}held_accounts`,
    kind: 'gauge',
    help: 'Accounts whose run is held, of all workers of the task queue, as the server counts them once a minute.',
    labels: [],
  },
  runs: {
    name: `${PREFIX}runs_total`,
    kind: 'counter',
    help: 'Runs of accounts that have ended, by their outcome, cancelled, or the cause of their failure.',
    labels: ['workflowType', 'result'],
  },
  timeToActive: {
    name: `${PREFIX}time_to_active_seconds`,
    kind: 'histogram',
    help: 'Time from the start of a run to an ACTIVE instance.',
    labels: ['workflowType', 'outcome'],
    unit: 's',
    buckets: [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 21_600],
  },
  holds: {
    name: `${PREFIX}holds_total`,
    kind: 'counter',
    help: 'Runs that have stopped to wait for a person, by the cause.',
    labels: ['workflowType', 'cause'],
  },
  rollBacks: {
    name: `${PREFIX}roll_backs_total`,
    kind: 'counter',
    help: 'Clean-ups of cancelled runs: done, or failed, with an instance left.',
    labels: ['workflowType', 'result'],
  },
  announcements: {
    name: `${PREFIX}announcements_total`,
    kind: 'counter',
    help: 'Announcements of runs to a receiver that have come to an end: received, superseded by a later run, or failed.',
    labels: ['workflowType', 'receiver', 'result'],
  },
  attempts: {
    name: `${PREFIX}announcement_attempts_total`,
    kind: 'counter',
    help: 'Attempts to tell a receiver: taken, or failed and tried again.',
    labels: ['receiver', 'result'],
  },
  audits: {
    name: `${PREFIX}audits_total`,
    kind: 'counter',
    help: 'Audits of the organization that have ended: fine, drift (an account is not as it was asked for), unseen (none is, but some could not be looked at), or failed.',
    labels: ['workflowType', 'result'],
  },
  queueMessages: {
    name: `${PREFIX}queue_messages_total`,
    kind: 'counter',
    help: 'Messages that were received from the queue of SQS: served, failed (they come again, or go to the dead-letter queue), or givenBack as the worker ends.',
    labels: ['result'],
  },
  queueReadable: {
    name: `${PREFIX}queue_readable`,
    kind: 'gauge',
    help: '1 where SQS answered the last time that the worker asked for messages; else 0.',
    labels: [],
  },
  queueOldest: {
    name: `${PREFIX}queue_oldest_message_seconds`,
    kind: 'gauge',
    help: 'Age of the oldest message that was received last; 0: there was none.',
    labels: [],
  },
  ready: {
    name: `${PREFIX}worker_ready`,
    kind: 'gauge',
    help: '1 where the worker serves, and the Temporal server answers it; else 0.',
    labels: [],
  },
} as const satisfies Record<string, Metric>;
