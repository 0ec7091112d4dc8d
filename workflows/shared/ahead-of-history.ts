import type {
  ActivateInput,
  ConcludeActivationInput,
  Next,
  WorkflowInternalsInterceptor,
} from '@temporalio/workflow';

type Job = NonNullable<ActivateInput['activation']['jobs']>[number];
type Command = ConcludeActivationInput['commands'][number];

/** The ID that the server gives to a query that comes by itself, and not with a workflow task. */
const QUERY_ALONE = 'legacy_query';
/** WorkflowTaskCompleted of the task before, WorkflowTaskScheduled and WorkflowTaskStarted of the next one. */
const EVENTS_OF_TASKS = 3;

/**
 * Has a worker drop its copy of a workflow that has run ahead of the history.
 *
 * A query that the worker with the workflow in its cache leaves unanswered goes to another worker two seconds later. SDK Core
 * applies all that the history holds by then, also signals that no workflow task has been completed for, and keeps the copy
 * (SDK 1.24.0). The signals come again in one workflow task with those that follow, and the copy takes these alone: it sends
 * commands that no replay makes, and every later workflow task fails for a nondeterminism error.
 *
 * Two things show it. Events that came without a workflow task have brought no time of their own: the copy is of no more use.
 * Where the history ended with a task that another worker had and lost, the next task shows it: had the copy's task counted,
 * its end and its commands would be in the history, which has another length for that. A task that fails makes the worker begin
 * anew from the history.
 */
class AheadOfHistory implements WorkflowInternalsInterceptor {
  /** How many events the history has at the next task, but for those that come with it. */
  private expected = { least: 0, most: Infinity };
  /** What the present task is; `undefined` in one that only asks. */
  private present: { length: number; jobs: readonly Job[] } | undefined;
  /** Where the last task stood that did not only ask. */
  private last = { length: 0, time: '', isReplayed: false };
  /** Whether a query came since the last task that left events. */
  private wasAsked = false;
  private isAhead = false;
  /** Whether the last task is the first one that this worker has not replayed. */
  private hasTakenOver = false;
  /** The events that the present workflow task may come to; one with a local activity is several tasks here. */
  private written = { length: 0, most: 0 };
  /** Children that were cancelled: the event that says so comes at any time, and without a job. */
  private cancelledChildren = 0;

  activate(input: ActivateInput, next: Next<WorkflowInternalsInterceptor, 'activate'>): void {
    const { jobs: given, historyLength, timestamp, isReplaying } = input.activation;
    const jobs = given ?? [];
    const queries = jobs.flatMap(({ queryWorkflow }) => queryWorkflow ?? []);
    this.wasAsked ||= queries.some(({ queryId }) => queryId === QUERY_ALONE);
    this.present = undefined;
    if (queries.length === 0) {
      const present = {
        length: historyLength ?? 0,
        time: `${String(timestamp?.seconds)}.${String(timestamp?.nanos)}`,
        isReplayed: isReplaying === true,
        jobs,
      };
      // Where no event has come, this is what a local activity or a cancel within the task brings.
      const isLater = present.length > this.last.length;
      if (this.wasAsked && ((isLater && this.isAhead) || !this.isExpected(present)))
        throw new Error(
          'The copy of this worker has run ahead of the history, as a query had it take signals too early: the worker drops it, and the task is tried again',
        );
      if (isLater) {
        // A replay is of what tasks have taken; two of them may start in the same tick of a coarse clock.
        this.isAhead = !present.isReplayed && present.time === this.last.time;
        this.hasTakenOver = this.last.isReplayed && !present.isReplayed;
      }
      this.present = present;
      this.last = present;
    }
    next(input);
  }

  concludeActivation(
    input: ConcludeActivationInput,
    next: Next<WorkflowInternalsInterceptor, 'concludeActivation'>,
  ): ReturnType<Next<WorkflowInternalsInterceptor, 'concludeActivation'>> {
    const output = next(input);
    const { present } = this;
    const { commands } = output;
    // What leaves nothing shows nothing of the task before it either.
    if (present !== undefined && !leavesNothing(present.jobs, commands)) {
      const { length } = present;
      const before = length === this.written.length ? this.written.most : 0;
      // SDK Core adds a search attribute to a patch.
      const patches = commands.filter((it) => it.setPatchMarker).length;
      this.written = { length, most: before + commands.length + patches };
      this.cancelledChildren += commands.filter((it) => it.cancelChildWorkflowExecution).length;
      this.expected = {
        least: length + EVENTS_OF_TASKS + countEvents(commands),
        most: length + EVENTS_OF_TASKS + this.written.most,
      };
      this.wasAsked = false;
    }
    return output;
  }

  private isExpected({ length, jobs }: { length: number; jobs: readonly Job[] }): boolean {
    if (length < this.expected.least + jobs.filter(isEvent).length) return false;
    // A worker that goes on from a task of its own is not told of those that brought nothing, and are events as well.
    const most = jobs.reduce(
      (sum, job) => sum + mostEvents(job),
      this.expected.most + this.cancelledChildren,
    );
    return !this.hasTakenOver || length <= most;
  }
}

/** Tells whether a task leaves no events: the server forgets one that came for Updates alone, where all are refused. */
function leavesNothing(jobs: readonly Job[], commands: readonly Command[]): boolean {
  return (
    jobs.every(({ doUpdate }) => Boolean(doUpdate)) &&
    commands.every(({ updateResponse }) => Boolean(updateResponse?.rejected))
  );
}

/** Tells whether a job is an event of its own. What the worker itself brings about, as where something is cancelled, may be none. */
function isEvent(job: Job): boolean {
  const { resolveChildWorkflowExecution: child, resolveSignalExternalWorkflow: signal } = job;
  return Boolean(
    job.signalWorkflow ??
    job.fireTimer ??
    job.resolveChildWorkflowExecutionStart?.succeeded ??
    child?.result?.completed ??
    child?.result?.failed ??
    (signal && !signal.failure),
  );
}

/** An activity's start is written with its end; every other job is an event at most. */
function mostEvents(job: Job): number {
  return job.resolveActivity ? 2 : 1;
}

/** Counts the commands that become an event each. What is begun and taken back in the same task becomes none. */
function countEvents(commands: readonly Command[]): number {
  const all = (pick: (command: Command) => number | null | undefined) =>
    commands.flatMap((command) => pick(command) ?? []);
  const startedTimers = all(({ startTimer }) => startTimer?.seq);
  const cancelledTimers = all(({ cancelTimer }) => cancelTimer?.seq);
  const kept: [done: number[], takenBack: number[]][] = [
    [startedTimers, cancelledTimers],
    [cancelledTimers, startedTimers],
    [all((it) => it.scheduleActivity?.seq), all((it) => it.requestCancelActivity?.seq)],
    [
      all((it) => it.startChildWorkflowExecution?.seq),
      all((it) => it.cancelChildWorkflowExecution?.childWorkflowSeq),
    ],
    [all((it) => it.signalExternalWorkflowExecution?.seq), all((it) => it.cancelSignalWorkflow?.seq)],
  ];
  const plain = commands.filter(
    ({ upsertWorkflowSearchAttributes, modifyWorkflowProperties, updateResponse }) =>
      upsertWorkflowSearchAttributes ??
      modifyWorkflowProperties ??
      updateResponse?.accepted ??
      updateResponse?.completed,
  );
  return (
    plain.length + kept.flatMap(([done, takenBack]) => done.filter((seq) => !takenBack.includes(seq))).length
  );
}

/** An interceptor of the workflow bundle; each workflow has one of its own. */
export const interceptors = (): { internals: WorkflowInternalsInterceptor[] } => ({
  internals: [new AheadOfHistory()],
});
