import { emulatorEnvironment } from '../../sandbox';
import { commandRunner, type CommandRunner, type Running } from '../support/command';
import { freshAccount, requestFor, startHarness, until, type Harness } from '../support/harness';
import { temporalAddress } from '../support/temporal';

const TOKEN = `IQoJb3JpZ2luX2VjE${'A'.repeat(60)}`;

let harness: Harness;
let command: CommandRunner;
let worker: Running;

beforeAll(async () => {
  harness = await startHarness({ worker: false });
  command = commandRunner({
    TEMPORAL_ADDRESS: temporalAddress(),
    IDENTITY_CENTER_TASK_QUEUE: harness.taskQueue,
    ...emulatorEnvironment(harness.emulator.url),
  });
  worker = command.start(['worker', '--json']);
  await until(worker.stdout, (seen) => seen.endsWith('\n'));
});
afterAll(async () => {
  worker.child.kill('SIGTERM');
  await worker.finished;
  await harness.stop();
  command.dispose();
});

/** The lines of the log with this message, about the account. */
const linesOf = (message: string, account: string) =>
  worker
    .stderr()
    .split('\n')
    .filter((line) => line.includes(`"msg":"${message}"`) && line.includes(account))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('the log says in words what failed an activity and a run, and nothing of the session', async () => {
  const account = freshAccount();
  const quoted = { operation: 'CreateInstance', times: 1 };
  harness.emulator.setFaults({
    accounts: [account],
    failNext: [
      { ...quoted, error: 'ThrottlingException', message: `Rate exceeded, X-Amz-Security-Token: ${TOKEN}` },
      { ...quoted, error: 'ValidationException', message: `not this: ${TOKEN}` },
    ],
  });
  await expect(harness.client.provision(requestFor(account))).rejects.toThrow('ValidationException');
  const [run] = await until(
    () => linesOf('Workflow failed', account),
    (lines) => lines.length === 1,
  );
  const attempts = linesOf('Activity failed', account);
  expect(attempts.map(({ error }) => error)).toMatchObject([
    { type: 'ThrottlingException', message: expect.stringContaining('Rate exceeded') as unknown },
    { type: 'ValidationException', message: expect.stringContaining('not this') as unknown },
  ]);
  expect(run).toMatchObject({
    error: { message: expect.stringContaining('ValidationException: not this') as unknown },
  });
  const [attempt] = attempts;
  expect(attempt).toMatchObject({
    level: 'warn',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown,
    accountId: account,
  });
  expect(worker.stderr()).not.toContain('taskToken');
  expect(worker.stderr()).not.toContain('"error":{}');
  expect(worker.stderr()).not.toContain(TOKEN);
});
