import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { emulatorEnvironment } from '../../sandbox';
import { freshAccount } from '../support/harness';
import { startProvisioning, type ProvisioningHarness } from '../support/provisioning';
import { compileExample } from './compile';

let harness: ProvisioningHarness;

beforeAll(async () => {
  harness = await startProvisioning();
});
afterAll(async () => {
  await harness.stop();
});

async function run(file: string, args: string[], taskQueue = harness.taskQueue) {
  const child = spawn(process.execPath, [compileExample(file), ...args], {
    env: {
      PATH: process.env['PATH'],
      TEMPORAL_ADDRESS: harness.address,
      IDENTITY_CENTER_TASK_QUEUE: taskQueue,
      ...emulatorEnvironment(harness.emulator.url),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
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
