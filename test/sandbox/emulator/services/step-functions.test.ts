import {
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { emulatorSettings, startEmulator, type Emulator } from '../../../../sandbox';
import { until } from '../../../support/harness';

let emulator: Emulator;
let states: SFNClient;
beforeAll(async () => {
  emulator = await startEmulator({ port: 0 });
  const { endpoint, credentials } = emulatorSettings(emulator.url);
  states = new SFNClient({ region: 'eu-west-1', endpoint, credentials });
});
afterEach(() => {
  emulator.reset();
});
afterAll(() => emulator.close());

const beat = (taskToken: string) => states.send(new SendTaskHeartbeatCommand({ taskToken }));
const succeed = (taskToken: string, output: string) =>
  states.send(new SendTaskSuccessCommand({ taskToken, output }));

test('a task is answered once, by a success or a failure, and shows what it was told', async () => {
  const [good, bad] = [emulator.createTask(), emulator.createTask()];
  await beat(good);
  await expect(succeed(good, '{')).rejects.toMatchObject({ name: 'InvalidOutput' });
  await succeed(good, '{"status":"ACTIVE"}');
  await states.send(new SendTaskFailureCommand({ taskToken: bad, error: 'held', cause: 'why' }));
  expect(emulator.tasks()).toEqual([
    { taskToken: good, status: 'succeeded', output: '{"status":"ACTIVE"}', heartbeats: 1 },
    { taskToken: bad, status: 'failed', error: 'held', cause: 'why', heartbeats: 0 },
  ]);
  await expect(beat(good)).rejects.toMatchObject({ name: 'TaskTimedOut' });
});

test('a token that was never given, or that was made up', async () => {
  const known = emulator.createTask();
  await expect(beat(`${known}x`)).rejects.toMatchObject({ name: 'TaskDoesNotExist' });
  await expect(beat('made up')).rejects.toMatchObject({ name: 'InvalidToken' });
});

test('a task that demands a heartbeat is over without one', async () => {
  const token = emulator.createTask({ heartbeatSeconds: 0.2 });
  await until(
    () => emulator.tasks(),
    ([task]) => task?.status === 'timedOut',
  );
  await expect(succeed(token, '{}')).rejects.toMatchObject({ name: 'TaskTimedOut' });
  const made = await fetch(`${emulator.url}/_emulator/tasks`, {
    method: 'POST',
    body: '{"timeoutSeconds": 60}',
  });
  const { taskToken } = (await made.json()) as { taskToken: string };
  await expect(beat(taskToken)).resolves.toMatchObject({ $metadata: { httpStatusCode: 200 } });
});
