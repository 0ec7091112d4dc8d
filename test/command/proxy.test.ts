import { emulatorEnvironment } from '../../sandbox';
import { commandRunner } from '../support/command';
import { freshAccount, startHarness, until } from '../support/harness';
import { startProxy } from '../support/proxy';
import { temporalAddress } from '../support/temporal';

test('worker and command reach a server by way of the proxy of the environment, both', async () => {
  const harness = await startHarness({ worker: false });
  const port = Number(temporalAddress().split(':')[1]);
  const proxy = await startProxy(() => ({ port }));
  const command = commandRunner({
    TEMPORAL_ADDRESS: 'temporal.example:7233',
    IDENTITY_CENTER_TASK_QUEUE: harness.taskQueue,
    https_proxy: proxy.url.replace('//', '//me:secret@'),
    ...emulatorEnvironment(harness.emulator.url),
  });
  const worker = command.start(['worker', '--json']);
  try {
    await until(worker.stdout, (seen) => seen.endsWith('\n'));
    const byWorker = proxy.asked.length;
    expect(byWorker).toBeGreaterThan(0);
    const account = freshAccount();
    const provisioned = await command.run(['provision', account, '--region', 'eu-west-1', '--json']);
    expect(provisioned).toMatchObject({ code: 0, stderr: '' });
    expect(proxy.asked.length).toBeGreaterThan(byWorker);
    expect(new Set(proxy.asked)).toEqual(new Set(['temporal.example:7233']));
    const basic = `Basic ${Buffer.from('me:secret').toString('base64')}`;
    expect(new Set(proxy.authorizations)).toEqual(new Set([basic]));
    const { stdout } = await command.run(['doctor']);
    expect(stdout).toMatch(/proxy +the server is reached by way of that in https_proxy/);
    expect(stdout).not.toContain('secret');
  } finally {
    worker.child.kill('SIGKILL');
    await worker.finished;
    command.dispose();
    await proxy.close();
    await harness.stop();
  }
});
