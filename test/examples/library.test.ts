import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { emulatorEnvironment } from '../../sandbox';
import { freshAccount } from '../support/harness';
import { IdentityCenterClient } from '../../client';
import { startProvisioning, type ProvisioningHarness } from '../support/provisioning';
import { compileExample } from './compile';

let harness: ProvisioningHarness;

beforeAll(async () => {
  harness = await startProvisioning();
});
afterAll(async () => {
  await harness.stop();
});

function start(file: string, args: string[], taskQueue: string) {
  return spawn(process.execPath, [compileExample(file), ...args], {
    env: {
      PATH: process.env['PATH'],
      TEMPORAL_ADDRESS: harness.address,
      IDENTITY_CENTER_TASK_QUEUE: taskQueue,
      ...emulatorEnvironment(harness.emulator.url),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function run(file: string, args: string[], taskQueue = harness.taskQueue) {
  const child = start(file, args, taskQueue);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await once(child, 'close');
  return { code: child.exitCode, said };
}

test.concurrent('the client provisions an account, and says why one fails', async () => {
  const [account, forbidden] = [freshAccount(), freshAccount()];
  harness.emulator.setFaults({ accounts: [forbidden], organizationForbids: true });
  const [good, bad, wrong] = await Promise.all(
    [account, forbidden, '1'].map((id) => run('library/provision.mts', [id])),
  );
  const [instance] = harness.created(account);
  expect(good).toMatchObject({ code: 0 });
  expect(good?.said).toContain(`created ${instance?.instanceArn}`);
  expect(bad?.said).toContain("situation: 'organizationForbids'");
  expect(wrong?.said).toContain('nothing was sent');
});

test.concurrent('a fleet is started, watched and read', async () => {
  const accounts = [freshAccount(), freshAccount()];
  const { code, said } = await run('library/fleet.mts', [`library-${accounts[0]}`, ...accounts]);
  expect({ code, said }).toMatchObject({ code: 0 });
  expect(said).toContain('done: 2 of 2 succeeded, 0 failed, 0 held');
  for (const account of accounts)
    expect(said).toMatch(new RegExp(`${account} succeeded arn:aws:sso:::instance/`));
});

test.concurrent(
  'a worker is embedded, and a workflow of somebody else’s starts a run as its child',
  async () => {
    const account = freshAccount();
    compileExample('library/workflows.ts');
    const { code, said } = await run('library/embed.mts', [account], `embedded-${account}`);
    expect({ code, said }).toMatchObject({ code: 0 });
    expect(said).toContain(`vended ${harness.created(account)[0]?.instanceArn}`);
  },
);

/** Runs a worker of an example while something is done, and ends it in good order. */
async function whileServing<T>(file: string, taskQueue: string, act: () => Promise<T>): Promise<T> {
  const child = start(file, [], taskQueue);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, 'exit');
  try {
    await Promise.race([once(child.stdout, 'data'), ended]);
    expect({ ended: child.exitCode, said }).toMatchObject({ ended: null });
    return await act();
  } finally {
    child.kill('SIGTERM');
    await ended;
    if (child.exitCode !== 0) throw new Error(`${file} ended with ${child.exitCode}: ${said}`);
  }
}

test.concurrent('a worker of somebody else’s serves runs as well, with one line', async () => {
  const account = freshAccount();
  compileExample('library/workflows.ts');
  const taskQueue = `plugin-${account}`;
  const arn = await whileServing('library/plugin.mts', taskQueue, () =>
    harness.temporal.workflow.execute<(accountId: string, queue: string) => Promise<string>>('vendAccount', {
      workflowId: `vend/${account}`,
      taskQueue: 'account-vending',
      args: [account, taskQueue],
    }),
  );
  expect(arn).toBe(harness.created(account)[0]?.instanceArn);
});

test.concurrent('workflows and activities are hosted in a worker of somebody else’s', async () => {
  const account = freshAccount();
  compileExample('library/workflows.ts');
  compileExample('library/all-workflows.ts');
  const taskQueue = `host-${account}`;
  const client = new IdentityCenterClient(harness.temporal, taskQueue);
  const { instanceArn } = await whileServing('library/host.mts', taskQueue, () =>
    client.provision({ accountId: account, region: 'eu-west-1' }),
  );
  expect(instanceArn).toBe(harness.created(account)[0]?.instanceArn);
});
