import type { ActivateInput, ConcludeActivationInput } from '@temporalio/workflow';
import { interceptors } from '../../../workflows/shared/ahead-of-history';

type Job = NonNullable<ActivateInput['activation']['jobs']>[number];
type Command = ConcludeActivationInput['commands'][number];

const SIGNAL: Job = { signalWorkflow: { signalName: 'add' } };
const ACTIVITY: Job = { resolveActivity: { seq: 1 } };
const QUERY: Job = { queryWorkflow: { queryId: 'legacy_query', queryType: 'progress' } };
const MEMO: Command = { modifyWorkflowProperties: {} };

/** A copy of a workflow as a worker has it: what a task does to it, which ends at an event and brings the time of its start. */
function copy() {
  const [interceptor] = interceptors().internals;
  return {
    task(length: number, time: number, jobs: Job[], commands: Command[] = [], isReplaying = false) {
      const activation = { jobs, historyLength: length, timestamp: { seconds: time }, isReplaying };
      interceptor?.activate?.({ activation, batchIndex: 0 } as never, () => undefined);
      interceptor?.concludeActivation?.({ commands }, (it) => it);
    },
    isAsked(length: number, time: number) {
      this.task(length, time, [QUERY]);
    },
  };
}

/** A copy that replayed a task, and whose second one, which ends at event 10, took a signal and wrote a memo: events 11 and 12. */
function askedCopy() {
  const asked = copy();
  asked.task(3, 1, [], [], true);
  asked.task(10, 2, [SIGNAL], [MEMO]);
  asked.isAsked(10, 2);
  return asked;
}

test.each([
  // WorkflowTaskCompleted, the memo, …, WorkflowTaskScheduled, WorkflowTaskStarted.
  ['one signal', 15, [SIGNAL]],
  ['three signals', 17, [SIGNAL, SIGNAL, SIGNAL]],
  ['the end of an activity, whose start is an event as well', 16, [ACTIVITY]],
  ['the end of an activity that never started', 15, [ACTIVITY]],
])('a copy that the history confirms goes on with %s', (_jobs, length, jobs) => {
  expect(() => {
    askedCopy().task(length, 3, jobs);
  }).not.toThrow();
});

test.each([
  ['has no end of its task', 12, [SIGNAL]],
  ['has the time-out of its task', 14, [SIGNAL]],
  [
    'has time-outs of its task and of more, which are as many events as its end and its commands',
    18,
    [SIGNAL],
  ],
])('a copy is dropped where the history %s', (_why, length, jobs) => {
  expect(() => {
    askedCopy().task(length, 3, jobs);
  }).toThrow('run ahead of the history');
});

test('a patch is a marker and a search attribute, and a local activity another task at the same event', () => {
  for (const length of [11, 12, 13, 14, 15, 16, 17, 18, 19]) {
    const patched = copy();
    patched.task(3, 1, [], [], true);
    patched.task(10, 2, [SIGNAL], [MEMO, { scheduleLocalActivity: { seq: 1 } }]);
    patched.task(10, 2, [ACTIVITY], [{ setPatchMarker: { patchId: 'patch' } }]);
    patched.isAsked(10, 2);
    const go = () => {
      patched.task(length, 3, [SIGNAL]);
    };
    // The signal, the three events of tasks, and up to four: the memo, the local activity, the marker, the search attribute.
    if (length < 14 || length > 18) expect(go).toThrow('run ahead of the history');
    else expect(go).not.toThrow();
  }
});

test('a copy that was not asked is as the history has it, however many tasks were lost', () => {
  const alone = copy();
  alone.task(3, 1, []);
  alone.task(10, 2, [SIGNAL], [MEMO]);
  expect(() => {
    alone.task(100, 3, [SIGNAL]);
  }).not.toThrow();
});

test('a copy that has replayed nothing may have missed tasks that brought nothing', () => {
  const own = copy();
  own.task(3, 1, []);
  own.task(10, 2, [SIGNAL], [MEMO]);
  own.isAsked(10, 2);
  expect(() => {
    own.task(18, 3, [SIGNAL]);
  }).not.toThrow();
});

test('a copy that takes events without a task of theirs answers, and is dropped at its next task, however long the history', () => {
  for (const length of [13, 14, 15, 16, 17, 18, 100]) {
    const ahead = copy();
    ahead.task(3, 1, []);
    // No task has started since the first one: its time stays.
    ahead.task(11, 1, [SIGNAL], [MEMO]);
    // What a local activity brings is no event.
    ahead.task(11, 1, [ACTIVITY]);
    ahead.isAsked(11, 1);
    ahead.isAsked(11, 1);
    expect(() => {
      ahead.task(length, 3, [SIGNAL]);
    }).toThrow('run ahead of the history');
  }
});

test('tasks that start in the same tick of a clock are tasks: neither a replay of them nor a copy that nobody asked is dropped', () => {
  const replay = copy();
  replay.task(3, 1, [], [], true);
  for (const length of [7, 11, 15]) replay.task(length, 1, [SIGNAL], [], true);
  replay.isAsked(15, 1);
  const alone = copy();
  alone.task(3, 1, []);
  alone.task(7, 1, [SIGNAL]);
  expect(() => {
    replay.task(19, 2, [SIGNAL]);
    alone.task(11, 1, [SIGNAL]);
  }).not.toThrow();
});
