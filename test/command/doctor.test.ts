import { randomUUID } from 'node:crypto';
import { freePort } from '../../sandbox/temporal-server';
import { commandSuite, documentOf } from '../support/command';
import { freshAccount, startHarness, startTestWorker, until } from '../support/harness';
import { temporalAddress } from '../support/temporal';

// With search attributes to register: test/client/search-attributes.test.ts.
const its = commandSuite(startHarness);

test.concurrent('all is well: exit 0, a line for each check', async () => {
  const { code, stdout } = await its.command.run(['doctor']);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^ok +server +Temporal [\d.]+\nok +namespace +default\nok +search attributes +all registered\nok +workers +1 on task queue test-/,
  );
});

test.concurrent('no worker polls the task queue: exit 1, with the remedy', async () => {
  const env = { IDENTITY_CENTER_TASK_QUEUE: `nobody-${randomUUID()}` };
  const { code, stdout } = await its.command.run(['doctor'], { env });
  expect(code).toBe(1);
  expect(stdout).toContain(`0 on task queue ${env.IDENTITY_CENTER_TASK_QUEUE}`);
  expect(stdout).toContain('identity-center worker');
});

test.concurrent('a namespace that is not there: exit 1, with the remedy', async () => {
  const { code, stdout } = await its.command.run(['doctor'], { env: { TEMPORAL_NAMESPACE: 'nowhere' } });
  expect(code).toBe(1);
  expect(stdout).toContain('temporal operator namespace create nowhere');
});

test.concurrent('the server does not answer: exit 5, with its address', async () => {
  const TEMPORAL_ADDRESS = `127.0.0.1:${await freePort(0)}`;
  const finished = await its.command.run(['doctor', '--fix', '--json'], { env: { TEMPORAL_ADDRESS } });
  expect(finished).toMatchObject({ code: 5, stderr: '' });
  expect(documentOf(finished)).toMatchObject({
    error: { type: 'TemporalUnreachableError', address: TEMPORAL_ADDRESS },
  });
});

test.concurrent(
  'an order that no worker takes: exit 5, saying that one may still take it, as it does',
  async () => {
    const account = freshAccount();
    const env = { IDENTITY_CENTER_TASK_QUEUE: `late-${randomUUID()}` };
    const args = ['provision', account, '--region', 'eu-west-1', '--no-wait'];
    await expect(its.command.run(args, { env })).resolves.toMatchObject({ code: 0 });
    const { code, stdout, stderr } = await its.command.run(['pause', account], { env });
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
    expect(stderr).toContain('it may still carry "pause" out');
    const worker = await startTestWorker(
      temporalAddress(),
      env.IDENTITY_CENTER_TASK_QUEUE,
      its.harness.emulator,
    );
    await until(
      () => its.harness.client.status(account),
      ({ paused }) => paused,
    );
    expect(its.harness.emulator.calls({ account })).toHaveLength(0);
    await its.harness.client.cancel(account);
    await worker.stop();
  },
);
