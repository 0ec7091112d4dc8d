import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KEYS_VARIABLE } from '../../../encryption';
import { keys, keysFile } from '../../encryption/keys';
import { controlTowerEvent, createAccountEvent, snsMessage, sqsRecord } from '../../support/events';
import { freshAccount, handleOf, startHarness, type Harness } from '../../support/harness';

const BUNDLE = path.join(__dirname, '../../../dist/lambda/index.js');
const DRIVER = path.join(__dirname, '../../support/invoke-lambda.cjs');
const RULES = 'defaults: {region: eu-west-1, timing: {pollInterval: 100ms}}\n';

let harness: Harness;
let folder: string;
beforeAll(async () => {
  harness = await startHarness();
  // Nothing but the file and the rules: no package can be found from there.
  folder = mkdtempSync(path.join(tmpdir(), 'identity-center-lambda-'));
  copyFileSync(BUNDLE, path.join(folder, 'index.js'));
  writeFileSync(path.join(folder, 'rules.yaml'), RULES);
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await harness.stop();
});

interface Invoked {
  loadMs: number;
  invocations: { response?: unknown; error?: { name: string; message: string }; ms: number }[];
}

/** Invokes the function in a process of its own. */
async function invoke(events: unknown[], env: NodeJS.ProcessEnv = {}): Promise<Invoked & { log: string }> {
  const { address, taskQueue } = harness;
  const child = spawn(process.execPath, [DRIVER, path.join(folder, 'index.js')], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      TEMPORAL_ADDRESS: address,
      IDENTITY_CENTER_TASK_QUEUE: taskQueue,
      ...env,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stdin.end(events.map((it) => JSON.stringify(it)).join('\n'));
  await once(child, 'close');
  const lines = stdout.trimEnd().split('\n');
  return { ...(JSON.parse(lines.at(-1) ?? '') as Invoked), log: lines.slice(0, -1).join('\n') };
}

test('one file is enough: from a batch of a queue to ACTIVE instances, with what failed to come again', async () => {
  const [one, other] = [freshAccount(), freshAccount()];
  const batch = {
    Records: [
      sqsRecord(controlTowerEvent(one), 'one'),
      sqsRecord(controlTowerEvent(one), 'duplicate'),
      sqsRecord(snsMessage(createAccountEvent(other)), 'other'),
      sqsRecord('half an ev', 'broken'),
    ],
  };
  const { invocations, log, loadMs } = await invoke([batch, controlTowerEvent(one)]);
  expect(invocations).toMatchObject([
    { response: { batchItemFailures: [{ itemIdentifier: 'broken' }] } },
    { response: { events: [{ message: expect.stringContaining(`Account ${one}`) as string }] } },
  ]);
  for (const account of [one, other]) {
    await expect(handleOf(harness, account).result()).resolves.toMatchObject({ status: 'ACTIVE' });
    expect(harness.emulator.instances().filter((it) => it.accountId === account)).toHaveLength(1);
  }
  const entries = log.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(entries).toHaveLength(5);
  expect(entries[0]).toMatchObject({ level: 'INFO', accountId: one, workflowId: `identity-center/${one}` });
  // Lambda takes 50 MB zipped; what is loaded in a cold start is the file.
  expect(statSync(BUNDLE).size).toBeLessThan(5_000_000);
  expect(loadMs).toBeLessThan(10_000);
});

test('payloads are encrypted where the environment names keys', async () => {
  const account = freshAccount();
  const file = keysFile(keys('current'));
  try {
    const queue = `nobody-${account}`;
    const env = { [KEYS_VARIABLE]: file.path, IDENTITY_CENTER_TASK_QUEUE: queue };
    const { invocations } = await invoke([controlTowerEvent(account)], env);
    expect(invocations).toMatchObject([{ response: { events: [{ outcome: 'started' }] } }]);
  } finally {
    file.dispose();
  }
  const [started] = await harness.eventsOf(account);
  const payload = started?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  expect(Buffer.from(payload?.metadata?.['encoding'] ?? []).toString()).toBe('binary/encrypted');
  await handleOf(harness, account).terminate();
});

test('rules that cannot be read are told in each invocation, with what to do', async () => {
  const { invocations } = await invoke([controlTowerEvent(freshAccount())], {
    IDENTITY_CENTER_EVENT_RULES_FILE: path.join(folder, 'none.yaml'),
  });
  expect(invocations).toMatchObject([
    {
      error: {
        name: 'EventsNotServedError',
        message: expect.stringMatching(/rules cannot be read.*IDENTITY_CENTER_EVENT_RULES_FILE/) as string,
      },
    },
  ]);
});
