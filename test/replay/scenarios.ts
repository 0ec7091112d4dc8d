import { SSOAdminClient, UntagResourceCommand } from '@aws-sdk/client-sso-admin';
import {
  ANSWER_TASK_WORKFLOW,
  TASK_WORKFLOW_PREFIX,
  WORKFLOW_ID_TAG,
  type TaskRequest,
} from '../../contract';
import type { Faults } from '../../sandbox/emulator';
import { handleOf, requestFor, until, type Harness } from '../support/harness';
import { ensureRaw, startRaw } from '../support/other-language';
import { seconds, timesUntilBackOff } from '../support/steering';
import { auditScenarios } from './audit-scenarios';
import { fleetScenarios } from './fleet-scenarios';
import { fails, type Scenario } from './scenario';

const provisionOnce = (harness: Harness, account: string) => harness.client.provision(requestFor(account));
const called = (operation: string) => (harness: Harness, account: string) =>
  until(
    () => harness.emulator.calls({ account, operation }).length,
    (count) => count > 0,
  );

type Action = (harness: Harness, account: string) => Promise<unknown>;
const cancel: Action = ({ client }, account) => client.cancel(account);
const pause: Action = ({ client }, account) => client.pause(account);
const resume: Action = ({ client }, account) => client.resume(account);
const retry: Action = ({ client }, account) => client.retry(account);
const abort: Action = ({ client }, account) => client.abort(account, 'not wanted');
const rest: Action = () => seconds(1.3);
const healthy: Action = async ({ emulator }, account) => {
  emulator.setFaults({ accounts: [account], creationMs: 0, deletionMs: 0 });
};
const untilStage = (stage: string) => (harness: Harness, account: string) =>
  until(
    () => harness.client.status(account),
    (status) => status.stage === stage,
  );
const held = untilStage('held');
const inTurn =
  (...actions: Action[]): Action =>
  async (harness, account) => {
    for (const action of actions) await action(harness, account);
  };
const cancelAt = (operation: string) => inTurn(called(operation), cancel);
const signals =
  (...names: string[]): Action =>
  async (harness, account) => {
    for (const name of names) await handleOf(harness, account).signal(name);
  };
const waits = (operation: string): Faults => ({
  failNext: [
    { operation, error: 'ThrottlingException', retryAfterSeconds: 600, times: timesUntilBackOff(operation) },
  ],
});
const throttles = (operation: string): Faults => ({
  failNext: [{ operation, error: 'ThrottlingException', times: 100_000 }],
});
const hold = { onFailure: 'hold', timing: { createTimeout: '1h', activeTimeout: '1h' } } as const;
const deprovision = ({ client }: Harness, accountId: string) =>
  client.startDeprovision({ accountId, region: 'eu-west-1', timing: requestFor(accountId).timing });

export const scenarios: Record<string, Scenario> = {
  created: {},
  'started-by-another-language': {
    start: async (harness, accountId) => {
      const { runId, handle } = await ensureRaw(harness, accountId, { accountId, region: 'eu-west-1' });
      return { accountId, workflowId: handle.workflowId, runId, joined: false };
    },
  },
  throttled: { faults: fails('ThrottlingException', 2) },
  'answer-lost': { faults: { loseResponse: { operation: 'CreateInstance', times: 1 } } },
  'slow-to-become-active': { faults: { creationMs: 8_000 } },
  'conflict-then-created': { faults: fails('ConflictException') },
  'validation-failed': { faults: fails('ValidationException') },
  'denied-explicitly': { faults: { organizationForbids: true } },
  'account-not-ready': {
    faults: { notReadyForMs: 60_000 },
    request: { timing: { accountReadyTimeout: '1s' } },
  },
  'account-ready-after-a-while': { faults: { notReadyForMs: 3_000 } },
  'look-not-answered': {
    faults: { failNext: [{ operation: 'ListInstances', error: 'html503', times: 2 }] },
  },
  'cancelled-before-anything-was-sent': {
    faults: { notReadyForMs: 60_000 },
    during: cancelAt('AssumeRole'),
  },
  'create-timeout': {
    faults: { throttle: { ratePerSecond: 0, burst: 0 } },
    request: { timing: { createTimeout: '2s', activeTimeout: '5s' } },
  },
  'create-failed': { faults: { createFails: 'no reason' } },
  'create-failed-then-another-name': {
    before: async (harness, account) => {
      harness.emulator.setFaults({ accounts: [account], createFails: 'no reason' });
      await harness.client.provision(requestFor(account, { name: 'one' })).catch(() => undefined);
      await healthy(harness, account);
    },
    request: { name: 'two', onCreateFailed: 'recreate' },
  },
  'deprovisioned-then-another-name': {
    before: async (harness, account) => {
      const { instanceArn } = await harness.client.provision(requestFor(account, { name: 'one' }));
      await harness.deleteInstance(account, instanceArn);
    },
    request: { name: 'two' },
  },
  'generations-exhausted': {
    faults: { createFails: 'no reason', deletionMs: 0 },
    request: { onCreateFailed: 'recreate' },
  },
  recreated: { faults: { createFails: 'no reason' }, request: { onCreateFailed: 'recreate' } },
  'next-generation': {
    before: async (harness, account) => {
      const { instanceArn } = await provisionOnce(harness, account);
      await harness.deleteInstance(account, instanceArn);
    },
  },
  'token-forgotten': { before: provisionOnce, faults: { tokenTtlMs: 1 } },
  'instance-exists': { before: provisionOnce, faults: { tokenTtlMs: 1 }, request: { region: 'us-east-1' } },
  adopted: {
    before: provisionOnce,
    faults: { tokenTtlMs: 1 },
    request: { region: 'us-east-1', existing: 'adoptAnywhere' },
  },
  'cancelled-in-the-first-looks': {
    faults: { creationMs: 60_000 },
    during: cancelAt('DescribeInstance'),
  },
  'cancelled-as-it-becomes-active': {
    faults: { latencyMs: 700, creationMs: 0 },
    during: cancelAt('DescribeInstance'),
  },
  'aborted-in-the-first-looks': {
    faults: { creationMs: 1_500 },
    during: inTurn(called('DescribeInstance'), pause, abort),
  },
  'cancelled-while-waiting': {
    faults: { creationMs: 60_000 },
    during: inTurn(untilStage('waitingForActive'), cancel),
  },
  'cancelled-with-answer-lost': {
    faults: { hangAfterWrite: { operation: 'CreateInstance', times: 1 } },
    during: cancelAt('CreateInstance'),
  },
  'cancelled-beside-an-earlier-instance': {
    before: provisionOnce,
    faults: waits('DescribeInstance'),
    request: hold,
    during: inTurn(called('DescribeInstance'), rest, cancel),
  },
  'cancelled-after-a-correction-of-a-lost-call': {
    faults: { lateWrite: { operation: 'CreateInstance', delayMs: 30_000, times: 1 } },
    request: { onFailure: 'hold', name: 'one', timing: { createTimeout: '3s' } },
    during: inTurn(
      async ({ emulator }, account) => {
        await until(
          () => emulator.calls({ account, operation: 'CreateInstance' }),
          ([call]) => call?.outcome === 'late',
        );
        // The next call would bring the instance to light, however soon it comes.
        emulator.setFaults({ accounts: [account], ...throttles('CreateInstance') });
      },
      held,
      async ({ client, emulator }, account) => {
        const asked = emulator.calls({ account, operation: 'CreateInstance' }).length;
        emulator.setFaults({ accounts: [account], deletionMs: 0, ...throttles('CreateInstance') });
        await client.retry(account, { name: 'two' });
        await until(
          () => emulator.calls({ account, operation: 'CreateInstance' }).length,
          (count) => count > asked,
        );
      },
      cancel,
      ({ emulator }, account) => {
        emulator.setFaults({ accounts: [account], creationMs: 0, deletionMs: 0 });
        return Promise.resolve();
      },
    ),
  },
  'cancelled-and-kept': {
    faults: { creationMs: 60_000 },
    request: { onCancel: 'keep' },
    during: cancelAt('DescribeInstance'),
  },
  'paused-and-resumed': {
    faults: waits('CreateInstance'),
    during: inTurn(called('CreateInstance'), rest, pause, rest, resume),
    request: hold,
  },
  'back-off-cut-short': {
    faults: waits('CreateInstance'),
    during: inTurn(called('CreateInstance'), rest, retry),
    request: hold,
  },
  'wait-for-active-cut-short': {
    faults: waits('DescribeInstance'),
    during: inTurn(called('DescribeInstance'), rest, retry),
    request: hold,
  },
  'signals-without-sense': {
    faults: { creationMs: 3_000 },
    during: inTurn(
      called('DescribeInstance'),
      signals('resume', 'abort', 'pause', 'pause', 'resume', 'stop'),
    ),
  },
  'held-and-retried': { faults: fails('ValidationException'), request: hold, during: inTurn(held, retry) },
  'held-and-corrected': {
    faults: fails('ValidationException'),
    request: { ...hold, name: 'taken' },
    during: inTurn(held, ({ client }, account) => client.retry(account, { name: 'free' })),
  },
  'corrected-and-looked-for-again': {
    faults: fails('ValidationException'),
    request: { ...hold, name: 'taken' },
    during: inTurn(
      held,
      async ({ client, emulator }, account) => {
        emulator.setFaults({
          accounts: [account],
          failNext: [{ operation: 'ListInstances', error: 'ValidationException', times: 1 }],
        });
        await client.retry(account, { name: 'free' });
        await until(
          () => client.status(account),
          ({ stage, steps }) =>
            stage === 'held' && steps.filter((step) => step.stage === 'held').length === 2,
        );
      },
      retry,
    ),
  },
  'held-and-made-anew': {
    faults: { createFails: 'no reason' },
    request: hold,
    during: inTurn(held, healthy, retry),
  },
  'held-until-time-out': {
    faults: fails('ValidationException'),
    request: { onFailure: 'hold', timing: { holdTimeout: '2s' } },
  },
  'aborted-in-hold': { faults: fails('ValidationException'), request: hold, during: inTurn(held, abort) },
  'aborted-while-paused': {
    faults: { creationMs: 60_000 },
    during: inTurn(called('DescribeInstance'), pause, abort),
  },
  'cancelled-before-the-first-call': {
    faults: { notReadyForMs: 60_000 },
    during: inTurn(called('AssumeRole'), pause, cancel),
  },
  'cancelled-in-flight': { faults: { latencyMs: 1_000 }, during: cancelAt('CreateInstance') },
  'cancelled-in-flight-and-asked-again': {
    faults: { lateWrite: { operation: 'CreateInstance', delayMs: 4_500, times: 1 } },
    during: cancelAt('CreateInstance'),
  },
  'cancelled-while-backing-off': {
    faults: waits('CreateInstance'),
    request: hold,
    during: inTurn(called('CreateInstance'), rest, cancel),
  },
  'cancelled-while-paused': {
    faults: { creationMs: 60_000 },
    during: inTurn(called('DescribeInstance'), pause, cancel),
  },
  'cancelled-while-held': {
    faults: { createFails: 'no reason' },
    request: hold,
    during: inTurn(held, cancel),
  },
  'cancelled-twice': {
    faults: { creationMs: 60_000, deletionMs: 3_000 },
    during: inTurn(
      called('DescribeInstance'),
      cancel,
      called('DeleteInstance'),
      cancel,
      signals('pause', 'retry'),
    ),
  },
  'roll-back-throttled-and-hurried': {
    faults: { creationMs: 60_000, ...waits('DeleteInstance') },
    request: hold,
    during: inTurn(called('DescribeInstance'), cancel, called('DeleteInstance'), rest, retry),
  },
  'roll-back-failed': {
    faults: {
      creationMs: 60_000,
      failNext: [{ operation: 'DeleteInstance', error: 'ValidationException', times: 1 }],
    },
    during: cancelAt('DescribeInstance'),
  },
  'terminated-and-started-again': {
    before: inTurn(
      ({ client }, account) => client.start(requestFor(account)),
      called('CreateInstance'),
      (harness, account) => handleOf(harness, account).terminate(),
      rest,
    ),
  },
  deprovisioned: { before: provisionOnce, faults: { deletionMs: 1_500 }, start: deprovision },
  'deprovisioned-nothing': { start: deprovision },
  'deprovision-refused': {
    before: inTurn(provisionOnce, async (harness, account) => {
      for (const instance of harness.emulator.instances())
        if (instance.accountId === account) await untag(harness, account, instance.instanceArn);
    }),
    start: deprovision,
  },
  'deprovision-cancelled': {
    before: provisionOnce,
    faults: { deletionMs: 3_000 },
    start: deprovision,
    during: inTurn(called('DeleteInstance'), cancel),
  },
  announced: { hasReceivers: true },
  'announced-as-held-and-as-failed': {
    hasReceivers: true,
    faults: fails('ValidationException'),
    request: hold,
    during: inTurn(held, abort),
  },
  'announced-as-not-valid': {
    hasReceivers: true,
    start: async (harness, accountId) => {
      const handle = await startRaw(harness, accountId, { accountId, region: 'nowhere' });
      const { workflowId, runId } = await handle.describe();
      return { accountId, workflowId, runId, joined: false };
    },
  },
  'announcement-to-a-receiver': {
    hasReceivers: true,
    start: async (harness, accountId) => {
      await provisionOnce(harness, accountId);
      const { announcements } = await harness.client.status(accountId);
      const handle = harness.temporal.workflow.getHandle(announcements?.[0]?.workflowId ?? '');
      await handle.result();
      const { workflowId, runId } = await handle.describe();
      return { accountId, workflowId, runId, joined: false };
    },
  },
  'task-answered': {
    start: async (harness, accountId) => {
      const { runId: itsRun } = await harness.client.start(requestFor(accountId));
      const request: TaskRequest = {
        taskToken: harness.emulator.createTask(),
        region: 'eu-west-1',
        accountId,
        runId: itsRun,
      };
      const workflowId = `${TASK_WORKFLOW_PREFIX}${accountId}`;
      const handle = await harness.temporal.workflow.start(ANSWER_TASK_WORKFLOW, {
        workflowId,
        taskQueue: harness.taskQueue,
        args: [request],
      });
      return { accountId, workflowId, runId: handle.firstExecutionRunId, joined: false };
    },
  },
  ...fleetScenarios,
  ...auditScenarios,
};

/** Takes our tag off, as its owner may. */
async function untag(harness: Harness, account: string, InstanceArn: string): Promise<void> {
  const owner = new SSOAdminClient({
    region: 'eu-west-1',
    endpoint: harness.emulator.url,
    credentials: await harness.assumeRole(account),
  });
  const command = { InstanceArn, ResourceArn: InstanceArn, TagKeys: [WORKFLOW_ID_TAG] };
  await owner.send(new UntagResourceCommand(command));
}
