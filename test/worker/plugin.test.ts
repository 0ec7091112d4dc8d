import { NativeConnection, Worker } from '@temporalio/worker';
import { IdentityCenterClient } from '../../client';
import { emulatorSettings } from '../../sandbox';
import {
  createLogger,
  IdentityCenterPlugin,
  installLogger,
  type IdentityCenterPluginOptions,
} from '../../worker';
import { freshAccount, startHarness, until, type Harness } from '../support/harness';

let harness: Harness;

beforeAll(async () => {
  installLogger(createLogger('error'));
  harness = await startHarness({ worker: false });
});
afterAll(async () => {
  await harness.stop();
});

const pluginFor = (taskQueue: string, more: IdentityCenterPluginOptions = {}) =>
  new IdentityCenterPlugin({ taskQueue, aws: emulatorSettings(harness.emulator.url), ...more });

/** Somebody else's worker, which has an activity and no workflow. */
const host = async (connection: NativeConnection, taskQueue: string, plugins: IdentityCenterPlugin[]) =>
  Worker.create({ connection, taskQueue, plugins, activities: { rest: async () => undefined } });

test('runs are served for as long as the worker runs, also where the connection has the plugin', async () => {
  const account = freshAccount();
  const taskQueue = `plugin-${account}`;
  const plugins = [pluginFor(taskQueue)];
  const connection = await NativeConnection.connect({ address: harness.address, plugins });
  const worker = await host(connection, `theirs-${account}`, []);
  const client = new IdentityCenterClient(harness.temporal, taskQueue);
  const { status } = await worker.runUntil(client.provision({ accountId: account, region: 'eu-west-1' }));
  expect(status).toBe('ACTIVE');
  expect(worker.getState()).toBe('STOPPED');
  // Nobody uses it any more.
  await connection.close();
});

test('what runs have to say is told as well, also where the connection has the plugin', async () => {
  const account = freshAccount();
  const taskQueue = `plugin-${account}`;
  const topicArn = `arn:aws:sns:eu-west-1:999999999999:runs-${account}`;
  const plugins = [pluginFor(taskQueue, { receivers: [{ name: 'topic', sns: { topicArn } }] })];
  const connection = await NativeConnection.connect({ address: harness.address, plugins });
  const worker = await host(connection, `theirs-${account}`, []);
  const client = new IdentityCenterClient(harness.temporal, taskQueue);
  const told = async () => {
    await client.provision({ accountId: account, region: 'eu-west-1' });
    return until(
      () => harness.emulator.calls({ operation: 'Publish' }).filter(({ target }) => target === topicArn),
      (calls) => calls.length > 0,
    );
  };
  await expect(worker.runUntil(told())).resolves.toMatchObject([{ outcome: 'ok' }]);
  // Neither of ours is left.
  await connection.close();
});

test('one queue for two workers is refused, as they would take each other’s tasks', async () => {
  const connection = await NativeConnection.connect({ address: harness.address });
  const made = host(connection, 'the same', [pluginFor('the same')]);
  await expect(made).rejects.toThrow(/polls the task queue "the same" itself/);
  await connection.close();
});

test('a wrong setting of the environment is named before anything is served', () => {
  process.env['IDENTITY_CENTER_ROLE_ARN'] = 'a role';
  try {
    expect(() => new IdentityCenterPlugin()).toThrow(/IDENTITY_CENTER_ROLE_ARN/);
  } finally {
    delete process.env['IDENTITY_CENTER_ROLE_ARN'];
  }
});
