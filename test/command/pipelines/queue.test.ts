import { emulatorEnvironment } from '../../../sandbox';
import { commandRunner, documentOf, type CommandRunner, type Running } from '../../support/command';
import { controlTowerEvent, MANAGEMENT_ACCOUNT } from '../../support/events';
import { freshAccount, startHarness, until, type Harness } from '../../support/harness';
import { createQueue, type TestQueue } from '../../support/queue';

let harness: Harness;
let command: CommandRunner;
let queue: TestQueue;
let env: NodeJS.ProcessEnv;
const running: Running[] = [];

beforeAll(async () => {
  harness = await startHarness({ worker: false });
  queue = await createQueue(harness.emulator);
  command = commandRunner({
    TEMPORAL_ADDRESS: harness.address,
    IDENTITY_CENTER_TASK_QUEUE: harness.taskQueue,
    ...emulatorEnvironment(harness.emulator.url),
  });
  env = {
    IDENTITY_CENTER_QUEUE_URL: queue.url,
    IDENTITY_CENTER_EVENT_RULES_FILE: command.file(
      'rules.yaml',
      `managementAccountId: "${MANAGEMENT_ACCOUNT}"\ndefaults: {region: eu-west-1}`,
    ),
  };
});
afterEach(async () => {
  for (const { child, finished } of running.splice(0)) {
    child.kill('SIGKILL');
    await finished;
  }
});
afterAll(async () => {
  command.dispose();
  await harness.stop();
});

async function start(verb: string, more: NodeJS.ProcessEnv = {}): Promise<Running> {
  const started = command.start([verb, '--json'], { ...env, ...more });
  running.push(started);
  await until(started.stderr, (seen) => seen.includes('The queue is consumed.'));
  return started;
}

const isActive = (account: string) =>
  until(
    () => harness.emulator.instances().filter((it) => it.accountId === account),
    ([first]) => first?.status === 'ACTIVE',
  );

test('a worker consumes the queue: its runs start eagerly, it shows metrics, and ends in good order', async () => {
  harness.emulator.setFaults({ creationMs: 0, queueSecondMs: 20 });
  const worker = await start('worker', { IDENTITY_CENTER_METRICS_ADDRESS: '127.0.0.1:0' });
  const account = freshAccount();
  await queue.send([controlTowerEvent(account), controlTowerEvent(account), '{']);
  await isActive(account);
  const [started] = await harness.eventsOf(account);
  expect(started?.workflowExecutionStartedEventAttributes?.eagerExecutionAccepted).toBe(true);
  await until(
    () => queue.left(),
    (left) => left.length === 0,
  );
  expect(queue.dead()).toEqual(['{']);
  const [, address] = /"metricsAddress":"([\d.:]+)"/.exec(worker.stderr()) ?? [];
  const metrics = await until(
    async () => (await fetch(`http://${address}/metrics`)).text(),
    (text) => /queue_messages_total\{[^}]*result="failed"[^}]*\} 3/.test(text),
  );
  expect(metrics).toMatch(/identity_center_queue_messages_total\{[^}]*result="served"[^}]*\} [2-9]/);
  expect(metrics).toMatch(/identity_center_queue_readable\{[^}]*\} 1/);
  expect(metrics).toMatch(/identity_center_aws_calls_total\{[^}]*operation="ReceiveMessage"/);
  const doctor = await command.run(['doctor', '--json'], { env });
  const { checks } = documentOf(doctor) as { checks: { check: string; ok: boolean; found: string }[] };
  expect(checks.find(({ check }) => check === 'queue')).toMatchObject({
    ok: true,
    found: expect.stringMatching(
      /after 3 receives a message goes to arn:aws:sqs:eu-west-1:\d+:accounts-\w+-dead/,
    ) as string,
  });
  worker.child.kill('SIGTERM');
  await expect(worker.finished).resolves.toMatchObject({ code: 0 });
  expect(worker.stderr()).toContain(`"accountId":"${account}"`);
});

test('a worker that is killed with messages in flight loses none', async () => {
  harness.emulator.setFaults({ creationMs: 0, queueSecondMs: 20, ignoredDeletes: 0.3 });
  const accounts = Array.from({ length: 12 }, freshAccount);
  const first = await start('worker');
  await queue.send(accounts.map((account) => controlTowerEvent(account)));
  await until(
    () => harness.emulator.calls({ operation: 'ReceiveMessage' }).length,
    (count) => count > 1,
  );
  first.child.kill('SIGKILL');
  await start('worker');
  await Promise.all(accounts.map(isActive));
  await until(
    () => queue.left(),
    (left) => left.length === 0,
  );
  const counts = accounts.map(
    (account) => harness.emulator.instances().filter((it) => it.accountId === account).length,
  );
  expect(new Set(counts)).toEqual(new Set([1]));
});

test('consume-queue starts runs without serving them', async () => {
  harness.emulator.setFaults({ creationMs: 0, queueSecondMs: 20 });
  const consumer = await start('consume-queue');
  const account = freshAccount();
  await queue.send([controlTowerEvent(account)]);
  await until(
    () => harness.client.status(account).catch(() => undefined),
    (status) => status?.status === 'RUNNING',
  );
  await until(consumer.stderr, (seen) => seen.includes(`Account ${account}: was vended`));
  consumer.child.kill('SIGTERM');
  await expect(consumer.finished).resolves.toMatchObject({ code: 0 });
});

test('iam-policy prints what the queue takes, and the tasks only where the rules answer them', async () => {
  const IDENTITY_CENTER_QUEUE_URL = 'https://sqs.eu-west-1.amazonaws.com/999999999999/vended';
  const statements = async (rules: string) => {
    const file = command.file('policy-rules.yaml', `defaults: {region: eu-west-1}\n${rules}`);
    const more = { IDENTITY_CENTER_QUEUE_URL, IDENTITY_CENTER_EVENT_RULES_FILE: file };
    const policy = documentOf(await command.run(['iam-policy', 'worker'], { env: more }));
    return (policy['Statement'] as { Sid: string; Action: string[]; Resource: unknown }[]).slice(1);
  };
  const queueStatement = {
    Sid: 'TheQueue',
    Effect: 'Allow',
    Action: [
      'sqs:ReceiveMessage',
      'sqs:DeleteMessage',
      'sqs:ChangeMessageVisibility',
      'sqs:GetQueueAttributes',
    ],
    Resource: ['arn:aws:sqs:eu-west-1:999999999999:vended'],
  };
  await expect(statements('tasks: refuse')).resolves.toEqual([queueStatement]);
  await expect(statements('')).resolves.toMatchObject([
    queueStatement,
    {
      Action: ['states:SendTaskSuccess', 'states:SendTaskFailure', 'states:SendTaskHeartbeat'],
      Resource: '*',
    },
  ]);
});

test('settings that are wrong or lacking are told before anything is begun', async () => {
  const { IDENTITY_CENTER_QUEUE_URL } = env;
  const said = async (more: NodeJS.ProcessEnv, verb = 'worker') => {
    const { code, stderr } = await command.run([verb], { env: more });
    return `${code} ${stderr}`;
  };
  await expect(said({ IDENTITY_CENTER_QUEUE_URL })).resolves.toMatch(/^2 .*EVENT_RULES_FILE: is not set/s);
  await expect(said({ IDENTITY_CENTER_QUEUE_URL: 'accounts' })).resolves.toMatch(
    /^2 .*URL of a queue of SQS/s,
  );
  await expect(said({}, 'consume-queue')).resolves.toMatch(/^2 .*IDENTITY_CENTER_QUEUE_URL which queue/s);
  await expect(
    said({ IDENTITY_CENTER_QUEUE_URL, IDENTITY_CENTER_EVENT_RULES_FILE: '/nowhere/rules.yaml' }),
  ).resolves.toMatch(/^2 .*IDENTITY_CENTER_EVENT_RULES_FILE: cannot be read/s);
});
