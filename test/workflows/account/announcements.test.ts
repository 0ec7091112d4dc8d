import { readFileSync } from 'node:fs';
import path from 'node:path';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { WorkflowFailedError } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { Webhook } from 'standardwebhooks';
import type { Receiver } from '../../../activities';
import {
  ANNOUNCE_WORKFLOW,
  announcementQueueOf,
  announcementWorkflowIdOf,
  DEPROVISION_WORKFLOW,
  PROGRESS_QUERY,
  workflowIdOf,
  type Announcement,
  type AnnouncementProgress,
  type AnnouncementType,
} from '../../../contract';
import { emulatorSettings, startWorkerProcess } from '../../../sandbox';
import { freshAccount, handleOf, requestFor, startTestWorker, until } from '../../support/harness';
import { startHttpsReceiver, type HttpsReceiver } from '../../support/https-receiver';
import { startRaw } from '../../support/other-language';
import { failureOf, startProvisioning, type ProvisioningHarness } from '../../support/provisioning';
import { progressOf } from '../../support/steering';

const ROOT = path.join(__dirname, '../../..');
const TOPIC = 'arn:aws:sns:eu-west-1:999999999999:runs';
const BUS = 'arn:aws:events:eu-west-1:999999999999:event-bus/platform';

let web: HttpsReceiver;
let its: ProvisioningHarness;
let receivers: readonly Receiver[];
beforeAll(async () => {
  const tries = new Map<string, number>();
  web = await startHttpsReceiver(({ path: to, headers }, response) => {
    const id = String(headers['webhook-id']);
    const earlier = tries.get(id) ?? 0;
    if (to === '/flaky') tries.set(id, earlier + 1);
    const fails = to === '/broken' || (to === '/flaky' && earlier === 0);
    response.writeHead(fails ? 500 : 200).end();
  });
  const webhook = (to: string) => ({ url: `${web.url}${to}`, secretFile: web.secretFile });
  receivers = [
    { name: 'web', webhook: webhook('/web') },
    { name: 'flaky', webhook: webhook('/flaky'), types: ['run.held'] },
    { name: 'broken', webhook: webhook('/broken'), types: ['run.failed'] },
    // No run tells it anything: a worker tells one receiver no more than four things at once.
    { name: 'refusing', webhook: webhook('/broken'), types: [] },
    { name: 'topic', sns: { topicArn: TOPIC } },
    { name: 'bus', eventBridge: { eventBusArn: BUS } },
    {
      name: 'in-the-account',
      ssmParameter: { name: '/identity-center/{region}', account: 'run', value: 'announcement' },
    },
    {
      name: 'shared',
      ssmParameter: { name: '/instances/{accountId}', account: 'worker', value: 'instanceArn' },
    },
  ];
  its = await startProvisioning({ receivers, dependencies: { sendWebhook: web.send, random: () => 0 } });
});
afterAll(async () => {
  await its.stop();
  await web.close();
});

/** What the web receiver was told of an account, in the order of its arrival. */
function told(account: string, to = '/web'): Announcement[] {
  return web.received
    .filter((it) => it.path === to)
    .map(({ body }) => JSON.parse(body) as Announcement)
    .filter(({ data }) => data.accountId === account);
}

/** Has receivers told of a run that there never was. */
async function startAnnouncement(
  account: string,
  names: string[],
  giveUpAfter: string,
  { runId = 'a-run', taskQueue = its.taskQueue, timestamp = new Date().toISOString() } = {},
) {
  const announcement: Announcement = {
    id: `${workflowIdOf(account)}/${runId}/end`,
    version: 1,
    type: 'run.succeeded',
    timestamp,
    data: {
      accountId: account,
      workflowType: 'provisionIdentityCenter',
      workflowId: workflowIdOf(account),
      runId,
      region: 'eu-west-1',
    },
  };
  return its.temporal.workflow.start(ANNOUNCE_WORKFLOW, {
    workflowId: announcementWorkflowIdOf(account, runId, 'end'),
    taskQueue,
    args: [{ announcement, receivers: names, giveUpAfter }],
  });
}

const untilTold = (account: string, ...types: AnnouncementType[]) =>
  until(
    () => told(account).map(({ type }) => type),
    (seen) => types.every((type) => seen.includes(type)) && seen.length === types.length,
  );

async function parameter(account: string, name: string): Promise<string | undefined> {
  const credentials =
    account === '999999999999' ? emulatorSettings('').credentials : await its.assumeRole(account);
  const ssm = new SSMClient({ region: 'eu-west-1', endpoint: its.emulator.url, credentials, maxAttempts: 1 });
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: name }));
    return Parameter?.Value;
  } catch {
    return undefined;
  }
}

const statusOf = (account: string) => its.client.status(account);

const ajv = addFormats(new Ajv2020({ strict: true, allowUnionTypes: true }));
const isValid = ajv.compile(
  JSON.parse(readFileSync(path.join(ROOT, 'schemas/announcement.json'), 'utf8')) as object,
);

test.concurrent('a success and a deletion reach every receiver, signed and by the schema', async () => {
  const account = freshAccount();
  const result = await its.provision(account, {});
  const { announcements } = await until(
    () => statusOf(account),
    (status) => status.announcements?.[0]?.receivers?.every(({ state }) => state === 'received') === true,
  );
  expect(announcements).toMatchObject([
    {
      type: 'run.succeeded',
      receivers: ['web', 'topic', 'bus', 'in-the-account', 'shared'].map((receiver) => ({ receiver })),
    },
  ]);
  const [announcement] = told(account);
  const workflowId = workflowIdOf(account);
  const { runId } = await handleOf(its, account).describe();
  expect(announcement).toMatchObject({
    id: `${workflowId}/${runId}/end`,
    version: 1,
    data: {
      accountId: account,
      workflowId,
      runId,
      region: 'eu-west-1',
      outcome: 'created',
      instanceArn: result.instanceArn,
      identityStoreId: result.identityStoreId,
    },
  });
  expect(isValid(announcement)).toBe(true);
  const { body, headers } = web.received.find((it) => it.body.includes(account))!;
  expect(new Webhook(web.secret).verify(body, headers as Record<string, string>)).toEqual(announcement);
  const sent = its.emulator.calls().filter((call) => call.sent?.includes(result.instanceArn));
  expect(sent.map(({ target }) => target).sort()).toEqual(
    [TOPIC, BUS, '/identity-center/eu-west-1', `/instances/${account}`].sort(),
  );
  expect(sent.filter(({ sent: text }) => text === body)).toHaveLength(3);
  expect(await parameter(account, '/identity-center/eu-west-1')).toBe(body);
  expect(await parameter('999999999999', `/instances/${account}`)).toBe(result.instanceArn);

  await its.client.deprovision({ accountId: account, region: 'eu-west-1' });
  await untilTold(account, 'run.succeeded', 'run.succeeded');
  expect(told(account)[1]).toMatchObject({
    data: { workflowType: DEPROVISION_WORKFLOW, outcome: 'deleted', instanceArn: result.instanceArn },
  });
  expect(isValid(told(account)[1])).toBe(true);
  await until(
    () => parameter('999999999999', `/instances/${account}`),
    (value) => value === 'none',
  );
});

test.concurrent(
  'a broken receiver delays neither the run nor the others, and it shows who has not got it',
  async () => {
    const account = freshAccount();
    const failure = await failureOf(its.provision(account, { organizationForbids: true }));
    await untilTold(account, 'run.failed');
    expect(told(account)[0]).toMatchObject({ data: { failure } });
    expect(isValid(told(account)[0])).toBe(true);
    const { announcements } = await until(
      () => statusOf(account),
      (status) =>
        status.announcements?.[0]?.receivers?.some(({ failure: why }) => why !== undefined) === true,
    );
    const broken = announcements?.[0]?.receivers?.find(({ receiver }) => receiver === 'broken');
    expect(broken).toMatchObject({ state: 'underWay', failure: { situation: 'notAnnounced' } });
    expect(broken?.failure?.message).toBe(
      `Account ${account}: what the run has to say has not reached a receiver: webhook broken: localhost:${web.port} answers with status 500. Mend the receiver, which is tried for a day. The run itself is not concerned.`,
    );
    expect(broken?.attempt).toBeGreaterThan(1);
    const rest = announcements?.[0]?.receivers?.filter(({ receiver }) => receiver !== 'broken');
    expect(rest?.map(({ receiver }) => receiver)).toEqual(['web', 'topic', 'bus']);
  },
);

test.concurrent('a hold is announced when it begins, once, and under the same ID at each try', async () => {
  const account = freshAccount();
  const failNext = [{ operation: 'CreateInstance', error: 'ValidationException', times: 2 }];
  const { result } = await its.start(account, { failNext }, { onFailure: 'hold' });
  await untilTold(account, 'run.held');
  const [held] = told(account);
  expect(held?.id).toMatch(/\/held-1$/);
  expect(held?.data.failure?.remedy).toMatch(/^Retry with a corrected name/);
  expect(Date.parse(held?.data.heldUntil ?? '')).toBeGreaterThan(Date.now());
  expect(isValid(held)).toBe(true);
  const flaky = await until(
    () => told(account, '/flaky'),
    (tries) => tries.length === 2,
  );
  expect(flaky).toEqual([held, held]);
  await its.client.retry(account);
  await untilTold(account, 'run.held', 'run.held');
  await its.client.abort(account, 'not wanted');
  await expect(result).rejects.toThrow('not wanted');
  await untilTold(account, 'run.held', 'run.held', 'run.failed');
  expect(told(account).map(({ id }) => id.split('/').at(-1))).toEqual(['held-1', 'held-2', 'end']);
  const { announcements } = await progressOf(its, account);
  expect(announcements?.map(({ type }) => type)).toEqual(['run.held', 'run.held', 'run.failed']);
});

test.concurrent('a cancelled run, and one that could not be rolled back', async () => {
  const [cancelled, stuck] = [freshAccount(), freshAccount()];
  const failNext = [{ operation: 'DeleteInstance', error: 'ValidationException', times: 1 }];
  await its.start(cancelled, { creationMs: 60_000 });
  await its.start(stuck, { creationMs: 60_000, failNext });
  for (const account of [cancelled, stuck]) {
    await its.called(account, 'DescribeInstance');
    await its.client.cancel(account);
  }
  await untilTold(cancelled, 'run.cancelled');
  expect(told(cancelled)[0]?.data).not.toHaveProperty('failure');
  await untilTold(stuck, 'run.failed');
  const [left] = its.created(stuck);
  expect(told(stuck)[0]?.data).toMatchObject({
    instanceArn: left?.instanceArn,
    failure: { type: 'RollBackFailed' },
  });
});

test.concurrent('a run with a request that is not valid fails, and that is announced too', async () => {
  const account = freshAccount();
  const handle = await startRaw(its, account, { accountId: account, region: 'nowhere' });
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
  await untilTold(account, 'run.failed');
  expect(told(account)[0]?.data.failure).toMatchObject({ type: 'InvalidRequest' });
});

test.concurrent('an account of a fleet is announced as such', async () => {
  const account = freshAccount();
  const name = `announced-${account}`;
  await its.client.fleets.start({ name, accounts: [requestFor(account)] });
  await untilTold(account, 'run.succeeded');
  expect(told(account)[0]?.data.fleet).toBe(name);
});

test.concurrent('without receivers a run and its worker do nothing more', async () => {
  const account = freshAccount();
  const taskQueue = `${its.taskQueue}-without`;
  const worker = await startTestWorker(its.address, taskQueue, its.emulator);
  try {
    its.emulator.setFaults({ accounts: [account], creationMs: 0, organizationForbids: true });
    const handle = await startRaw({ ...its, taskQueue }, account, requestFor(account));
    await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
    const { events } = await handle.fetchHistory();
    const started = events?.filter((event) => event.startChildWorkflowExecutionInitiatedEventAttributes);
    expect(started).toEqual([]);
    expect(historyToJSON({ events: events ?? [] })).not.toMatch(/announce/i);
    await expect(progressOf(its, account)).resolves.not.toHaveProperty('announcements');
  } finally {
    await worker.stop();
  }
});

test.concurrent(
  'what a worker with receivers has announced, one without goes on from, and the other way round',
  async () => {
    const account = freshAccount();
    const taskQueue = `${its.taskQueue}-mixed`;
    const harness = { ...its, taskQueue };
    const dependencies = { sendWebhook: web.send, random: () => 0 };
    const startWorker = (has: boolean) =>
      startTestWorker(its.address, taskQueue, its.emulator, has ? { receivers, dependencies } : {});
    const failNext = [{ operation: 'CreateInstance', error: 'ValidationException', times: 3 }];
    its.emulator.setFaults({ accounts: [account], creationMs: 0, failNext });
    const handle = await startRaw(harness, account, requestFor(account, { onFailure: 'hold' }));
    const untilHeld = (times: number) =>
      until(
        () => progressOf(harness, account),
        ({ steps }) => steps.filter(({ stage }) => stage === 'held').length === times,
      );
    let worker = await startWorker(true);
    try {
      await untilTold(account, 'run.held');
      for (const [held, has] of [false, true, false].entries()) {
        await worker.stop();
        worker = await startWorker(has);
        await handle.signal('retry');
        if (held < 2) await untilHeld(held + 2);
      }
      await expect(handle.result()).resolves.toMatchObject({ outcome: 'created' });
      // Whoever has none, and whoever has some, both answer for the run that has ended.
      for (const has of [false, true]) {
        await worker.stop();
        worker = await startWorker(has);
        const { announcements } = await progressOf(harness, account);
        expect(announcements).toHaveLength(2);
      }
      // What a worker without receivers was given to announce, one with them does.
      await untilTold(account, 'run.held', 'run.held');
      expect(told(account).map(({ id }) => id.split('/').at(-1))).toEqual(['held-1', 'held-3']);
    } finally {
      await worker.stop();
    }
  },
);

test.concurrent(
  'the rate of calls to AWS holds up no receiver, and a receiver that is broken takes nothing of it',
  async () => {
    const taskQueue = `${its.taskQueue}-slow`;
    const worker = await startTestWorker(its.address, taskQueue, its.emulator, {
      receivers,
      // A call in a hundred seconds: what counts among them would not come to its end here.
      aws: { maxCallsPerSecond: 0.01 },
      dependencies: { sendWebhook: web.send, random: () => 0 },
    });
    try {
      const accounts = Array.from({ length: 6 }, () => freshAccount());
      const told = await Promise.all(
        accounts.map((account) => startAnnouncement(account, ['web', 'refusing'], '1h', { taskQueue })),
      );
      for (const handle of told)
        await until(
          () => handle.query<AnnouncementProgress>(PROGRESS_QUERY),
          ({ receptions }) => receptions[0]?.state === 'received' && receptions[1]?.state === 'underWay',
        );
      const { events } = await told[0]!.fetchHistory();
      const queues = events?.flatMap(
        (event) => event.activityTaskScheduledEventAttributes?.taskQueue?.name ?? [],
      );
      expect(queues).toEqual([announcementQueueOf(taskQueue), announcementQueueOf(taskQueue)]);
      for (const handle of told) await handle.terminate();
    } finally {
      await worker.stop();
    }
  },
);

test.concurrent('a worker takes its receivers from the file that its settings name', async () => {
  const account = freshAccount();
  const taskQueue = `${its.taskQueue}-process`;
  const file = web.write(
    'of-process.yaml',
    `receivers: [{ name: topic, sns: { topicArn: '${TOPIC}' } }, { name: parameter, ssmParameter: { name: /here } }]`,
  );
  const worker = await startWorkerProcess(its.address, taskQueue, its.emulator.url, {
    IDENTITY_CENTER_RECEIVERS_FILE: file,
  });
  try {
    its.emulator.setFaults({ accounts: [account], creationMs: 0 });
    const handle = await startRaw({ ...its, taskQueue }, account, requestFor(account));
    const { instanceArn } = (await handle.result()) as { instanceArn: string };
    const sent = await until(
      () => its.emulator.calls().filter((call) => call.sent?.includes(instanceArn)),
      (calls) => calls.length === 2,
    );
    expect(sent.map(({ target }) => target).sort()).toEqual(['/here', TOPIC]);
  } finally {
    await worker.stop();
  }
});

describe('an announcement', () => {
  const start = (
    account: string,
    names: string[],
    giveUpAfter: string,
    more?: { runId: string; timestamp: string },
  ) => startAnnouncement(account, names, giveUpAfter, more);

  test.concurrent(
    'that some have not got in time fails, and says of each what happened and what to do',
    async () => {
      const account = freshAccount();
      const handle = await start(account, ['refusing', 'web', 'gone'], '4s');
      const error = (await handle.result().catch((it: unknown) => it)) as WorkflowFailedError;
      const message = error.cause?.message ?? '';
      expect(message).toMatch(
        new RegExp(
          `^Account ${account}: what the run has to say has not reached a receiver: webhook refusing: localhost:\\d+ answers with status 500; receiver gone: this worker has no receiver of that name[^;]*\\. Mend the receiver, then start the run again: its end is announced anew\\.$`,
        ),
      );
      expect(told(account)).toHaveLength(1);
    },
  );

  test.concurrent(
    'that was tried for long sets no parameter that a later run has set, even where one since has failed',
    async () => {
      const account = freshAccount();
      const timestamp = new Date().toISOString();
      await its.provision(account, {});
      await until(
        () => parameter(account, '/identity-center/eu-west-1'),
        (value) => value !== undefined,
      );
      const before = await parameter(account, '/identity-center/eu-west-1');
      its.emulator.setFaults({
        accounts: [account],
        failNext: [{ operation: 'PutParameter', error: 'AccessDeniedException', times: 1 }],
      });
      const isSuperseded = { receptions: [{ receiver: 'in-the-account', state: 'superseded' }] };
      const first = await start(account, ['in-the-account'], '1h', { runId: 'an-earlier-run', timestamp });
      await expect(first.result()).resolves.toMatchObject(isSuperseded);

      await expect(its.provision(account, {}, { region: 'eu-west-2' })).rejects.toThrow();
      its.emulator.setFaults({
        accounts: [account],
        failNext: [{ operation: 'PutParameter', error: 'AccessDeniedException', times: 1 }],
      });
      const second = await start(account, ['in-the-account'], '1h', { runId: 'another', timestamp });
      await expect(second.result()).resolves.toMatchObject(isSuperseded);
      expect(await parameter(account, '/identity-center/eu-west-1')).toBe(before);
    },
  );

  test.concurrent.each([
    ['nothing', undefined],
    ['no announcement', { receivers: ['web'], giveUpAfter: '1d' }],
    ['a wait that is none', { announcement: {}, receivers: [], giveUpAfter: 'for ever' }],
  ])('of %s is refused', async (_what, argument) => {
    const handle = await its.temporal.workflow.start(ANNOUNCE_WORKFLOW, {
      workflowId: `announcement-${freshAccount()}`,
      taskQueue: its.taskQueue,
      args: [argument],
    });
    const error = (await handle.result().catch((it: unknown) => it)) as WorkflowFailedError;
    expect(error.cause?.message).toMatch(/^the request is not valid/);
  });
});
