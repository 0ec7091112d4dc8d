import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  StartExecutionCommand,
  type DescribeExecutionOutput,
} from '@aws-sdk/client-sfn';
import { parse } from 'yaml';
import { startWorkerProcess, type WorkerProcess } from '../../../sandbox';
import { controlTowerEvent, createAccountEvent, MANAGEMENT_ACCOUNT, sqsRecord } from '../../support/events';
import { commandRunner, type CommandRunner, type Running } from '../../support/command';
import { freshAccount, until } from '../../support/harness';
import { startProvisioning, type ProvisioningHarness } from '../../support/provisioning';
import { EXAMPLES } from '../example';
import { HookCosts } from './costs';
import { REGION, startMoto, type Moto } from './moto';
import { fill, templateOf, textOf } from './texts';
import { programOf } from './tools';

const RULES = `
managementAccountId: '${MANAGEMENT_ACCOUNT}'
defaults: {region: eu-west-1, timing: {pollInterval: 100ms}}
`;
/** Where Organizations' events are, and where Landing Zone Accelerator is without Control Tower. */
const ORGANIZATIONS_REGION = 'us-east-1';
/** Of what no worker reads. */
const QUIET_REGION = 'us-west-2';

/** AWS has tasks answered from within the account of their state machine. */
const QUEUE_ROLE_ARN = 'arn:aws:iam::333333333333:role/identity-center-queue';
const queueParameters = {
  ManagementAccountId: MANAGEMENT_ACCOUNT,
  WorkerRoleName: 'identity-center-worker',
};

const isThere = programOf('moto_server') !== undefined;
const tests = isThere ? test : test.skip;

let harness: ProvisioningHarness;
let moto: Moto;
let command: CommandRunner;
let worker: WorkerProcess;
let costs: HookCosts;
const consumers: Running[] = [];
const folder = mkdtempSync(path.join(tmpdir(), 'hooks-'));

/** Writes a file into the folder of this test; its path. */
function file(name: string, text: string): string {
  const it = path.join(folder, name);
  mkdirSync(path.dirname(it), { recursive: true });
  writeFileSync(it, text);
  return it;
}

/** The environment of whatever consumes a queue. */
function consuming(queue: string, rules: string, region = REGION): NodeJS.ProcessEnv {
  return {
    AWS_REGION: region,
    AWS_ENDPOINT_URL_SQS: moto.url,
    AWS_ENDPOINT_URL_SFN: moto.url,
    IDENTITY_CENTER_QUEUE_URL: moto.queueUrl(queue),
    IDENTITY_CENTER_EVENT_RULES_FILE: rules,
  };
}

beforeAll(async () => {
  if (!isThere) return;
  harness = await startProvisioning({ worker: false });
  const { address, taskQueue, emulator } = harness;
  moto = await startMoto();
  costs = new HookCosts(harness, moto);
  command = commandRunner({
    TEMPORAL_ADDRESS: address,
    IDENTITY_CENTER_TASK_QUEUE: taskQueue,
    AWS_ENDPOINT_URL: emulator.url,
    AWS_ACCESS_KEY_ID: 'emulator',
    AWS_SECRET_ACCESS_KEY: 'emulator',
  });
  const trust = { Version: '2012-10-17', Statement: [] };
  await moto.aws([
    ...['iam', 'create-role', '--role-name', queueParameters.WorkerRoleName],
    ...['--assume-role-policy-document', JSON.stringify(trust)],
  ]);
  await moto.deploy('cloudformation/queue.yaml', queueParameters);
  await moto.deploy('cloudformation/rule.yaml', { QueueArn: queueArn(REGION) });
  const rules = file('rules.yaml', RULES);
  worker = await startWorkerProcess(address, taskQueue, emulator.url, {
    ...consuming('identity-center', rules),
    IDENTITY_CENTER_QUEUE_ROLE_ARN: QUEUE_ROLE_ARN,
  });
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  if (!isThere) return;
  for (const { child } of consumers) child.kill('SIGTERM');
  await Promise.all(consumers.map((it) => it.finished));
  await worker.stop();
  command.dispose();
  await moto.stop();
  await harness.stop();
  costs.write();
});

const queueArn = (region: string) => `arn:aws:sqs:${region}:${MANAGEMENT_ACCOUNT}:identity-center`;

/** Waits until the run of an account has ended well; its instance. */
async function activeInstance(account: string): Promise<string> {
  const status = await until(
    () => harness.client.status(account).catch(() => undefined),
    (it) => it?.stage === 'active',
  );
  const { instanceArn = '' } = status ?? {};
  expect(harness.created(account).map((it) => it.instanceArn)).toEqual([instanceArn]);
  return instanceArn;
}

tests('Control Tower: the event becomes an ACTIVE instance, and a duplicate nothing more', async () => {
  const account = freshAccount();
  await costs.measure('Control Tower, by rule, queue and worker', account, async () => {
    await moto.putEvent(controlTowerEvent(account));
    await activeInstance(account);
  });
  await moto.putEvent(controlTowerEvent(account));
  await until(
    () => harness.client.status(account),
    ({ result }) => result?.outcome === 'alreadyProvisioned',
  );
  await activeInstance(account);
});

tests('Landing Zone Accelerator: its stacks; the instance is made once the quarantine is over', async () => {
  const config = parse(textOf('lza/customizations-config.yaml')) as {
    customizations: {
      cloudFormationStacks: { template: string; parameters: { name: string; value: string }[] }[];
    };
  };
  for (const { template, parameters } of config.customizations.cloudFormationStacks) {
    const given = Object.fromEntries(parameters.map(({ name, value }) => [name, value]));
    const without = 'VendedBy' in given ? { VendedBy: 'Organizations' } : {};
    const QueueArn = given['QueueArn']?.replace(REGION, ORGANIZATIONS_REGION) ?? '';
    await moto.deploy(
      template.replace('identity-center/', 'cloudformation/'),
      { ...given, ...without, ...(QueueArn === '' ? {} : { QueueArn }) },
      ORGANIZATIONS_REGION,
    );
  }
  const rules = path.join(EXAMPLES, 'lza/rules.yaml');
  consumers.push(command.start(['consume-queue'], consuming('identity-center', rules, ORGANIZATIONS_REGION)));
  const account = freshAccount();
  const message = `User: arn:aws:sts::${account}:assumed-role/it is not authorized to perform: sso:CreateInstance on resource: arn:aws:sso:::instance/* with an explicit deny in a service control policy`;
  const quarantine = { operation: 'CreateInstance', error: 'AccessDeniedException', message, times: 100_000 };
  harness.emulator.setFaults({ accounts: [account], failNext: [quarantine] });
  await moto.putEvent(createAccountEvent(account), ORGANIZATIONS_REGION);
  await harness.called(account, 'CreateInstance', 2);
  harness.emulator.setFaults({ accounts: [account], creationMs: 0 });
  await activeInstance(account);
});

/** Makes a state machine of a text; it runs once for each input. */
async function stateMachine(
  name: string,
  definition: string,
): Promise<(input: object) => Promise<DescribeExecutionOutput>> {
  const { stateMachines } = moto;
  const roleArn = `arn:aws:iam::${MANAGEMENT_ACCOUNT}:role/${name}`;
  const { stateMachineArn } = await stateMachines.send(
    new CreateStateMachineCommand({ name, roleArn, definition }),
  );
  let executions = 0;
  return async (input) => {
    const execution = { stateMachineArn, name: `it-${executions++}`, input: JSON.stringify(input) };
    const { executionArn } = await stateMachines.send(new StartExecutionCommand(execution));
    return until(
      () => stateMachines.send(new DescribeExecutionCommand({ executionArn })),
      ({ status }) => status !== 'RUNNING',
    );
  };
}

/** One queue of tasks for both kinds of state machines. */
let tasksQueue: Promise<string> | undefined;
function consumedTasks(): Promise<string> {
  return (tasksQueue ??= (async () => {
    await moto.aws(['sqs', 'create-queue', '--queue-name', 'identity-center-tasks']);
    const rules = file('rules.yaml', RULES);
    consumers.push(
      command.start(['consume-queue'], {
        ...consuming('identity-center-tasks', rules),
        IDENTITY_CENTER_QUEUE_ROLE_ARN: QUEUE_ROLE_ARN,
      }),
    );
    return moto.queueUrl('identity-center-tasks');
  })());
}

tests('Step Functions: the task ends with the instance, or fails with the next step', async () => {
  const { StateMachine } = templateOf('step-functions/template.yaml').Resources;
  const text = StateMachine?.Properties['DefinitionString'] as string;
  const run = await stateMachine('identity-center', fill(text, { queue_url: await consumedTasks() }));

  const good = freshAccount();
  const { status, output = '' } = await costs.measure(
    'Step Functions, by a task that waits for its token',
    good,
    () => run({ accountId: good }),
  );
  expect({ status, output: JSON.parse(output) as unknown }).toMatchObject({
    status: 'SUCCEEDED',
    output: {
      accountId: good,
      identityCenter: { status: 'ACTIVE', accountId: good, instanceArn: await activeInstance(good) },
    },
  });

  // The queue was read, and the task answered, from within its account.
  const [account] = /\d{12}/.exec(QUEUE_ROLE_ARN) ?? [''];
  expect(harness.emulator.calls({ account, operation: 'AssumeRole' }).length).toBeGreaterThan(0);

  const bad = freshAccount();
  harness.emulator.setFaults({ accounts: [bad], organizationForbids: true });
  const failed = await run({ accountId: bad });
  expect(failed).toMatchObject({ status: 'FAILED', error: 'organizationForbids' });
  expect(moto.causes().at(-1)).toMatch(new RegExp(`Account ${bad}: .+Enable account instances`));
});

tests('AFT: its customization gets the instance; a failure is reported, and does not end it', async () => {
  const { TopicArn } = (await moto.aws(['sns', 'create-topic', '--name', 'aft-failure-notifications'])) as {
    TopicArn: string;
  };
  await moto.aws(['sqs', 'create-queue', '--queue-name', 'failures']);
  await moto.aws([
    ...['sns', 'subscribe', '--topic-arn', TopicArn, '--protocol', 'sqs'],
    ...['--notification-endpoint', queueArn(REGION).replace('identity-center', 'failures')],
  ]);
  const text = textOf('aft/terraform/states/customizations.asl.json');
  const run = await stateMachine(
    'aft-account-provisioning-customizations',
    fill(text, { queue_url: await consumedTasks(), failure_topic_arn: TopicArn }),
  );
  const customize = (account: string) =>
    run(JSON.parse(textOf('aft/input.json').replace('"id": "111122223333"', `"id": "${account}"`)) as object);

  const good = freshAccount();
  const { status, output = '' } = await costs.measure('AFT, by its customizations', good, () =>
    customize(good),
  );
  expect({ status, output: JSON.parse(output) as unknown }).toMatchObject({
    status: 'SUCCEEDED',
    output: {
      account_provisioning: { run_create_pipeline: 'true' },
      identity_center: { instanceArn: await activeInstance(good) },
    },
  });

  const bad = freshAccount();
  harness.emulator.setFaults({ accounts: [bad], organizationForbids: true });
  expect(await customize(bad)).toMatchObject({ status: 'SUCCEEDED' });
  const { Messages: [told] = [] } = (await moto.aws([
    ...['sqs', 'receive-message', '--queue-url', moto.queueUrl('failures')],
  ])) as { Messages?: { Body: string }[] };
  const { Subject, Message } = JSON.parse(told?.Body ?? '{}') as { Subject: string; Message: string };
  expect(Subject).toBe('An account has no IAM Identity Center instance yet');
  // With the cause, which moto forgets.
  expect(Message).toMatch(
    new RegExp(`^Account ${bad} has no .+ yet\\. \\{"Error":"organizationForbids","Cause":`),
  );
});

describe('without a worker that reads the queue', () => {
  const queueUrl = () => moto.queueUrl('identity-center');

  beforeAll(async () => {
    if (!isThere) return;
    await moto.deploy('cloudformation/queue.yaml', queueParameters, QUIET_REGION);
    await moto.deploy('cloudformation/rule.yaml', { QueueArn: queueArn(QUIET_REGION) }, QUIET_REGION);
  });

  tests('Lambda: a batch of the queue becomes an ACTIVE instance', async () => {
    const account = freshAccount();
    const { Handler, Runtime } =
      templateOf('cloudformation/function.yaml').Resources['Function']?.Properties ?? {};
    expect({ Handler, Runtime }).toEqual({ Handler: 'index.handler', Runtime: 'nodejs22.x' });
    const bundle = path.join(EXAMPLES, '..', 'dist', 'lambda', 'index.js');
    mkdirSync(path.join(folder, 'function'), { recursive: true });
    copyFileSync(bundle, path.join(folder, 'function/index.js'));
    file('function/rules.yaml', RULES);
    await costs.measure('Lambda function, by rule and queue', account, async () => {
      await moto.putEvent(controlTowerEvent(account), QUIET_REGION);
      const { Messages: [message] = [] } = (await moto.aws(
        ['sqs', 'receive-message', '--queue-url', queueUrl()],
        QUIET_REGION,
      )) as { Messages?: { Body: string; MessageId: string; ReceiptHandle: string }[] };
      const record = sqsRecord(message?.Body, message?.MessageId);
      const driver = path.join(__dirname, '../../support/invoke-lambda.cjs');
      const child = spawn(process.execPath, [driver, path.join(folder, 'function/index.js')], {
        env: {
          PATH: process.env['PATH'],
          TEMPORAL_ADDRESS: harness.address,
          IDENTITY_CENTER_TASK_QUEUE: harness.taskQueue,
        },
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      let stdout = '';
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      child.stdin.end(JSON.stringify({ Records: [record] }));
      await once(child, 'close');
      expect(stdout).toContain('{"batchItemFailures":[]}');
      // What Lambda does with a batch of which nothing failed.
      const handle = ['--receipt-handle', message?.ReceiptHandle ?? ''];
      await moto.aws(['sqs', 'delete-message', '--queue-url', queueUrl(), ...handle], QUIET_REGION);
      await activeInstance(account);
    });
  });

  tests('shell: a job empties the queue, and leaves what cannot be served to it', async () => {
    const bin = path.join(folder, 'bin');
    const program = (name: string, line: string) => {
      chmodSync(file(`bin/${name}`, `#!/bin/sh\nexec ${line} "$@"\n`), 0o755);
    };
    program('identity-center', `${process.execPath} ${command.main}`);
    program('aws', `${programOf('aws')} --endpoint-url ${moto.url}`);
    const job = async () => {
      const child = spawn(
        path.join(EXAMPLES, 'shell/from-queue.sh'),
        [queueUrl(), file('rules.yaml', RULES)],
        {
          env: {
            ...command.env,
            ...moto.env,
            AWS_DEFAULT_REGION: QUIET_REGION,
            PATH: `${bin}${path.delimiter}${process.env['PATH'] ?? ''}`,
            WAIT_TIME_SECONDS: '1',
          },
        },
      );
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (it: Buffer) => (said += it.toString()));
      await once(child, 'close');
      return { code: child.exitCode, said };
    };
    const account = freshAccount();
    await costs.measure('shell, by rule and queue', account, async () => {
      await moto.putEvent(controlTowerEvent(account), QUIET_REGION);
      expect(await job()).toEqual({ code: 0, said: expect.stringContaining(account) as string });
      await activeInstance(account);
    });
    await moto.putEvent(controlTowerEvent(freshAccount(), { state: 'FAILED' }), QUIET_REGION);
    await moto.putEvent(
      { source: 'aws.controltower', 'detail-type': 'it', detail: { eventName: 'CreateManagedAccount' } },
      QUIET_REGION,
    );
    const { code, said } = await job();
    expect({ code, said }).toEqual({ code: 2, said: expect.stringContaining('was not vended') as string });
    const { Attributes } = (await moto.aws(
      ['sqs', 'get-queue-attributes', '--queue-url', queueUrl(), '--attribute-names', 'All'],
      QUIET_REGION,
    )) as { Attributes: Record<string, string> };
    expect(Attributes).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '1',
    });
  });

  tests(
    'GitHub Actions: the event that EventBridge sends becomes an ACTIVE instance, or an annotation',
    async () => {
      const { jobs } = parse(textOf('github-actions/vended-account.yml')) as {
        jobs: { provision: { steps: { id?: string; run?: string }[] } };
      };
      const { steps } = jobs.provision;
      // What an event says must not get into the script as text.
      for (const { run = '' } of steps) expect(run).not.toContain('${{');
      const work = path.join(folder, 'work');
      mkdirSync(path.join(work, '.github/identity-center'), { recursive: true });
      writeFileSync(path.join(work, '.github/identity-center/rules.yaml'), RULES);
      writeFileSync(path.join(work, 'step.sh'), steps.find(({ id }) => id === 'provision')?.run ?? 'exit 99');
      const bin = path.join(folder, 'bin');
      chmodSync(
        file('bin/identity-center', `#!/bin/sh\nexec ${process.execPath} ${command.main} "$@"\n`),
        0o755,
      );
      const { Rule } = templateOf('github-actions/to-github.yaml').Resources;
      const [target] = Rule?.Properties['Targets'] as { InputTransformer: { InputTemplate: string } }[];
      const run = async (event: object) => {
        // As EventBridge makes the body of the request, and GitHub the payload of the event.
        const body = target?.InputTransformer.InputTemplate.replace('<aws.events.event.json>', () =>
          JSON.stringify(event),
        );
        const { event_type, client_payload } = JSON.parse(body ?? '') as Record<string, unknown>;
        const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', 'step.sh'], {
          cwd: work,
          env: {
            ...command.env,
            PATH: `${bin}${path.delimiter}${process.env['PATH'] ?? ''}`,
            TEMPORAL_NAMESPACE: '',
            TEMPORAL_API_KEY: '',
            GITHUB_EVENT_PATH: file('payload.json', JSON.stringify({ action: event_type, client_payload })),
            GITHUB_OUTPUT: path.join(folder, 'output'),
            GITHUB_STEP_SUMMARY: path.join(folder, 'summary'),
          },
        });
        let stdout = '';
        child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
        await once(child, 'close');
        return { code: child.exitCode, stdout, event_type };
      };
      const [good, bad] = [freshAccount(), freshAccount()];
      await costs.measure('GitHub Actions, by an API destination', good, async () => {
        const done = await run(controlTowerEvent(good));
        expect(done).toMatchObject({ code: 0, event_type: 'account-vended' });
      });
      expect(readFileSync(path.join(folder, 'output'), 'utf8')).toBe(
        `instance-arn=${await activeInstance(good)}\n`,
      );
      harness.emulator.setFaults({ accounts: [bad], organizationForbids: true });
      const failed = await run(controlTowerEvent(bad));
      expect(failed).toMatchObject({ code: 1 });
      expect(failed.stdout).toMatch(
        new RegExp(`^::error title=Account ${bad} has no instance yet::.*Enable account instances`, 'm'),
      );
      const unvended = await run(controlTowerEvent(freshAccount(), { state: 'FAILED' }));
      expect(unvended).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/^::error .+was not vended/m) as string,
      });
    },
  );
});
