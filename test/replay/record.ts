/**
 * Records the histories that the replay test replays: `npm run record-histories`, after a change that may change what a
 * run does. A history that is replaced is a history that open runs of the last version have: read the difference.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { workflowIdOf, type ProvisionRequestInput } from '../../contract';
import type { Faults } from '../../sandbox/emulator';
import { handleOf, requestFor, startHarness, until, type Harness } from '../support/harness';

interface Scenario {
  faults?: Omit<Faults, 'accounts'>;
  request?: Partial<ProvisionRequestInput>;
  before?: (harness: Harness, account: string) => Promise<unknown>;
  during?: (harness: Harness, account: string) => Promise<unknown>;
}

const fails = (error: string, times = 1): Faults => ({
  failNext: [{ operation: 'CreateInstance', error, times }],
});
const provisionOnce = (harness: Harness, account: string) => harness.client.provision(requestFor(account));
const cancelAt = (operation: string) => async (harness: Harness, account: string) => {
  await until(
    () => harness.emulator.calls({ account, operation }).length,
    (count) => count > 0,
  );
  await harness.client.cancel(account);
};

const scenarios: Record<string, Scenario> = {
  created: {},
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
  'create-timeout': {
    faults: { throttle: { ratePerSecond: 0, burst: 0 } },
    request: { timing: { createTimeout: '2s' } },
  },
  'create-failed': { faults: { createFails: 'no reason' } },
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
    request: { region: 'us-east-1', existing: 'adopt' },
  },
  'cancelled-while-waiting': { faults: { creationMs: 60_000 }, during: cancelAt('DescribeInstance') },
  'cancelled-with-answer-lost': {
    faults: { hangAfterWrite: { operation: 'CreateInstance', times: 1 } },
    during: cancelAt('CreateInstance'),
  },
  'cancelled-and-kept': {
    faults: { creationMs: 60_000 },
    request: { onCancel: 'keep' },
    during: cancelAt('DescribeInstance'),
  },
};

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

test.concurrent.each(Object.entries(scenarios))('%s', async (name, scenario) => {
  // The same account each time, so that a new recording differs only in what has changed.
  const account = String(100_000_000_000 + Object.keys(scenarios).indexOf(name));
  harness.emulator.setFaults({ accounts: [account], creationMs: 0, deletionMs: 0 });
  await scenario.before?.(harness, account);
  harness.emulator.setFaults({ accounts: [account], creationMs: 0, deletionMs: 0, ...scenario.faults });
  const run = await harness.client.start(requestFor(account, scenario.request));
  await scenario.during?.(harness, account);
  await harness.client.result(run).catch(() => undefined);
  const history = await handleOf(harness, account).fetchHistory();
  // Nothing of the machine that recorded it.
  const json = historyToJSON(history)
    .replaceAll(path.resolve(__dirname, '..', '..'), '')
    .replaceAll(/\d+@[\w.]+/g, 'recorder');
  const recorded = { workflowId: workflowIdOf(account), history: JSON.parse(json) as unknown };
  await writeFile(path.join(__dirname, '..', 'histories', `${name}.json`), `${JSON.stringify(recorded)}\n`);
});
