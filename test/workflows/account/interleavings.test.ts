import fc from 'fast-check';
import { clientToken, workflowIdOf, type ProvisionResult, type Steer } from '../../../contract';
import type { AccountStatus } from '../../../client';
import {
  freshAccount,
  handleOf,
  requestFor,
  startHarness,
  startTestWorker,
  until,
  type Harness,
} from '../../support/harness';
import type { AccountFaults } from '../../support/provisioning';
import { temporalAddress } from '../../support/temporal';

/** What happens to one account: what AWS does, what people do, and when. */
interface Script {
  request: {
    onFailure: 'fail' | 'hold';
    onCancel: 'delete' | 'keep';
    onCreateFailed: 'fail' | 'recreate';
  };
  faults: AccountFaults;
  steps: { afterMs: number; does: Steer | 'cancel' | AccountFaults }[];
  /** What a run that is held at the end is told. */
  atLast: 'retry' | 'abort';
}

/** 50 at a time; `npm run test:full` tries 1,000. */
const ACCOUNTS = 50;
const RUNS = Math.ceil(Number(process.env['INTERLEAVINGS'] ?? ACCOUNTS) / ACCOUNTS);
const operation = fc.constantFrom('CreateInstance', 'DescribeInstance', 'ListInstances', 'DeleteInstance');
const times = fc.integer({ min: 1, max: 3 });

const faults: fc.Arbitrary<AccountFaults> = fc.oneof(
  fc.constant({}),
  fc.record({
    failNext: fc.array(
      fc.record({
        operation,
        times,
        error: fc.constantFrom(
          ...['ThrottlingException', 'InternalServerException', 'ValidationException', 'ConflictException'],
          ...['AccessDeniedException', 'html503', 'reset', 'garbage', 'halfResponse', 'hang'],
        ),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  }),
  fc.record({ loseResponse: fc.record({ operation, times }) }),
  fc.record({ hangAfterWrite: fc.record({ operation, times: fc.constant(1) }) }),
  fc.record({ createFails: fc.constant('no reason') }),
  fc.record({
    creationMs: fc.integer({ min: 0, max: 3_000 }),
    deletionMs: fc.integer({ min: 0, max: 1_000 }),
  }),
  fc.record({ latencyMs: fc.integer({ min: 0, max: 600 }) }),
  fc.record({ existsError: fc.constantFrom('ServiceQuotaExceededException', 'AccessDeniedException') }),
);

const script: fc.Arbitrary<Script> = fc.record({
  request: fc.record({
    onFailure: fc.constantFrom('fail', 'hold'),
    onCancel: fc.constantFrom('delete', 'delete', 'keep'),
    onCreateFailed: fc.constantFrom('fail', 'recreate'),
  }),
  faults,
  steps: fc.array(
    fc.record({
      afterMs: fc.integer({ min: 0, max: 900 }),
      does: fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom<Steer>('pause', 'resume', 'retry', 'abort') },
        { weight: 1, arbitrary: fc.constant('cancel' as const) },
        { weight: 2, arbitrary: faults },
      ),
    }),
    { maxLength: 7 },
  ),
  atLast: fc.constantFrom('retry', 'abort'),
});
/** Whose answers are lost soon, as a lost one is waited for. */
const IMPATIENT = { aws: { requestTimeoutMs: 2_000 } };

let harness: Harness;
let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  harness = await startHarness({ worker: false });
  worker = await startTestWorker(temporalAddress(), harness.taskQueue, harness.emulator, IMPATIENT);
});
afterAll(async () => {
  await worker.stop();
  await harness.stop();
});

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const setFaults = (account: string, wrong: AccountFaults) => {
  harness.emulator.setFaults({ accounts: [account], creationMs: 300, deletionMs: 100, ...wrong });
};

async function play(
  account: string,
  { request, faults: wrong, steps, atLast }: Script,
): Promise<AccountStatus> {
  setFaults(account, wrong);
  await harness.client.start(requestFor(account, request));
  const handle = handleOf(harness, account);
  // The run may have ended.
  const signal = (name: Steer) =>
    handle.signal(name, ...(name === 'abort' ? ['enough'] : [])).catch(() => undefined);
  for (const { afterMs, does } of steps) {
    await sleep(afterMs);
    if (typeof does === 'object') setFaults(account, does);
    else if (does === 'cancel') await handle.cancel().catch(() => undefined);
    else await signal(does);
  }
  setFaults(account, {});
  return until(
    async () => {
      const status = await harness.client.status(account);
      if (status.paused) await signal('resume');
      if (status.stage === 'held') await signal(atLast);
      return status;
    },
    ({ status }) => status !== 'RUNNING',
  );
}

/** What must hold of an account whose run has ended; the violations. */
function check(account: string, { request }: Script, end: AccountStatus): string[] {
  const there = harness.emulator.instances().filter((it) => it.accountId === account);
  const creates = harness.emulator.calls({ account, operation: 'CreateInstance' });
  const tokens = [1, 2, 3].map((generation) => clientToken(workflowIdOf(account), generation));
  const result = end.result as ProvisionResult | undefined;
  return [
    there.length > 1 && `${there.length} instances`,
    creates.some(({ token }) => !tokens.includes(token ?? '')) && 'a token that is not of the workflow ID',
    end.status === 'CANCELLED' && request.onCancel === 'delete' && there.length > 0 && 'left after a cancel',
    end.status === 'COMPLETED' &&
      (there[0]?.status !== 'ACTIVE' || there[0].instanceArn !== result?.instanceArn) &&
      'a success that AWS does not know',
    end.status === 'FAILED' && end.failure?.remedy === undefined && 'a failure without a next step',
    !['COMPLETED', 'CANCELLED', 'FAILED'].includes(end.status) && `ended as ${end.status}`,
    end.stage !== { COMPLETED: 'active', CANCELLED: 'cancelled', FAILED: 'failed' }[end.status as 'FAILED'] &&
      `stage ${end.stage} of a run that is ${end.status}`,
  ].filter((violation) => violation !== false);
}

test(
  `${RUNS * ACCOUNTS} interleavings of signals, cancels, faults and worker restarts: one instance at most, none after a cancel`,
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(script, { minLength: ACCOUNTS, maxLength: ACCOUNTS }),
        fc.integer({ min: 200, max: 4_000 }),
        async (scripts, restartAfterMs) => {
          const accounts = scripts.map(() => freshAccount());
          const played = Promise.all(scripts.map((it, index) => play(accounts[index]!, it)));
          await sleep(restartAfterMs);
          await worker.stop();
          worker = await startTestWorker(temporalAddress(), harness.taskQueue, harness.emulator, IMPATIENT);
          const ends = await played;
          const violations = scripts.flatMap((it, index) =>
            check(accounts[index]!, it, ends[index]!).map((violation) => ({
              violation,
              script: it,
              end: ends[index],
              calls: harness.emulator.calls({ account: accounts[index]! }),
            })),
          );
          expect(violations).toEqual([]);
        },
      ),
      // A smaller case would take minutes to find; the account's script and calls are in the message.
      {
        numRuns: RUNS,
        endOnFailure: true,
        reporter({ failed, seed, errorInstance }) {
          if (failed) throw new Error(`seed ${seed}`, { cause: errorInstance });
        },
      },
    );
  },
  RUNS * 180_000,
);
