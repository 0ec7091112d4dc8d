import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { SELF_CHECK_FAILED, SELF_CHECK_WORKFLOW, type WorkerChecks } from '../../../contract';
import { freshAccount, startHarness, until, withHarness, type Harness } from '../../support/harness';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

/** As the Temporal Worker Controller starts it: with the gate's input, or without an argument. */
async function selfCheck({ temporal, taskQueue }: Harness, ...args: unknown[]): Promise<WorkerChecks> {
  const workflowId = `test-${randomUUID()}`;
  return (await temporal.workflow.execute(SELF_CHECK_WORKFLOW, {
    taskQueue,
    workflowId,
    args,
  })) as WorkerChecks;
}

async function failureOf(checking: Promise<unknown>): Promise<ApplicationFailure> {
  const error: unknown = await checking.catch((reason: unknown) => reason);
  if (error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure) return error.cause;
  throw error;
}

test.concurrent(
  'without an input: it replays what was recorded, its clock is right, AWS knows it',
  async () => {
    const { worker, checks } = await selfCheck(harness);
    expect(worker).toMatch(/^\d+@/);
    expect(checks.map(({ check, ok }) => [check, ok])).toEqual([
      ['replay', true],
      ['worker clock', true],
      ['AWS identity', true],
    ]);
    expect(checks[0]?.found).toMatch(/^goes on with all [5-9]\d+ recorded histories$/);
    expect(checks[1]?.found).toBe(
      "the worker's clock is within a second or two of Temporal's; within a second or two of AWS's",
    );
  },
);

test.concurrent(
  'a canary account is looked into, and nothing is written; a role that is late is waited for',
  async () => {
    const accountId = freshAccount();
    harness.emulator.setFaults({ accounts: [accountId], notReadyForMs: 3_600_000 });
    const checking = selfCheck(harness, { accountId });
    await until(
      () => harness.emulator.calls({ account: accountId, operation: 'AssumeRole' }).length,
      (looks) => looks > 0,
    );
    harness.emulator.setFaults({ accounts: [accountId], notReadyForMs: 0 });
    const { checks } = await checking;
    expect(checks.map(({ check, ok }) => [check, ok])).toEqual([
      ['replay', true],
      ['worker clock', true],
      ['AWS identity', true],
      ['role', true],
      ['eligibility', true],
      ['instances', true],
    ]);
    const written = harness.emulator.calls({ account: accountId, operation: 'CreateInstance' });
    expect(written).toEqual([]);
  },
);

test.concurrent('a clock that is off fails it at once, with what to do', async () => {
  await withHarness({}, async (skewed) => {
    skewed.emulator.setFaults({ clockOffsetMs: 120_000 });
    const { type, message, details } = await failureOf(selfCheck(skewed));
    expect(type).toBe(SELF_CHECK_FAILED);
    expect(message).toMatch(
      /^This version is not ready to serve\. worker clock: .*; 1[12]\d s behind AWS's\. Have the host of the worker synchronise its clock/,
    );
    expect((details?.[0] as WorkerChecks).checks.map(({ check, ok }) => [check, ok])).toEqual([
      ['replay', true],
      ['worker clock', false],
      ['AWS identity', true],
    ]);
  });
});

test.concurrent.each([[{ accountId: '12' }], [{ account: '123456789012' }]])(
  'an input that makes no sense, %j, is refused',
  async (input) => {
    expect((await failureOf(selfCheck(harness, input))).type).toBe('InvalidRequest');
  },
);
