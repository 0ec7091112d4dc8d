import { InFlight } from '../../../activities/announcements/in-flight';
import { createActivities, realDependencies, type ActivityDependencies } from '../../../activities';
import { workflowIdOf, type Announcement } from '../../../contract';
import { emulatorSettings, startEmulator, type Emulator } from '../../../sandbox';
import { activityEnvironment, failureOf } from '../../support/activities';
import { freshAccount, until } from '../../support/harness';
import { startHttpsReceiver, type HttpsReceiver } from '../../support/https-receiver';

let emulator: Emulator;
let web: HttpsReceiver;
const release = new Set<() => void>();
beforeAll(async () => {
  emulator = await startEmulator({ port: 0 });
  web = await startHttpsReceiver(({ path }, response) => {
    if (path === '/hang') release.add(() => response.writeHead(200).end());
    else response.writeHead(503, { 'retry-after': '600' }).end();
  });
});
afterAll(async () => {
  await web.close();
  await emulator.close();
});

function announcementOf(accountId = freshAccount()): Announcement {
  const workflowId = workflowIdOf(accountId);
  return {
    id: `${workflowId}/a-run/end`,
    version: 1,
    type: 'run.succeeded',
    timestamp: '2026-03-01T08:00:00.000Z',
    data: {
      accountId,
      workflowType: 'provisionIdentityCenter',
      workflowId,
      runId: 'a-run',
      region: 'eu-west-1',
      instanceArn: 'arn:aws:sso:::instance/ssoins-0123456789abcdef',
    },
  };
}

function announcer(more: Partial<ActivityDependencies> = {}) {
  const webhook = (to: string) => ({ url: `${web.url}${to}`, secretFile: web.secretFile });
  const parameter = { name: '/a/{accountId}', account: 'run', value: 'announcement' as const };
  const receivers = [
    { name: 'slow', webhook: webhook('/hang') },
    { name: 'busy', webhook: webhook('/busy') },
    { name: 'topic', sns: { topicArn: 'arn:aws:sns:eu-west-1:999999999999:runs' } },
    { name: 'ordered', sns: { topicArn: 'arn:aws:sns:us-east-1:999999999999:runs.fifo' } },
    { name: 'bus', eventBridge: { eventBusArn: 'arn:aws:events:eu-west-1:999999999999:event-bus/default' } },
    { name: 'parameter', ssmParameter: parameter },
    { name: 'shared', ssmParameter: { ...parameter, account: '222233334444', region: 'us-west-2' } },
  ];
  const settings = { ...emulatorSettings(emulator.url), sessionPolicy: 'none' as const };
  const deps = {
    ...realDependencies(settings),
    receivers,
    sendWebhook: web.send,
    random: () => 0.5,
    ...more,
  };
  const { announce } = createActivities(deps);
  return (receiver: string, announcement = announcementOf()) =>
    activityEnvironment({ startToCloseTimeoutMs: 25_000 }).run(announce, { receiver, announcement });
}

test('a receiver that hangs takes four attempts at once, and no more of the slots of a worker', async () => {
  const announce = announcer();
  const open = [1, 2, 3, 4].map(() => announce('slow'));
  await until(
    () => release.size,
    (count) => count === 4,
  );
  const { type, nextRetryDelay, message, category } = await failureOf(announce('slow'));
  expect(message).toContain(
    'webhook slow: it has not answered 4 others yet that it is being told. Mend the receiver',
  );
  // It is in no log, as what keeps it is there.
  expect({ type, category }).toEqual({ type: 'NotAnnounced', category: 'BENIGN' });
  expect(nextRetryDelay).toBe(2_500);
  // The others are told all the same.
  await expect(announce('topic')).resolves.toEqual({ isSuperseded: false });
  for (const answer of release) answer();
  await Promise.all(open);
  release.clear();
  const next = announce('slow');
  await until(
    () => release.size,
    (count) => count === 1,
  );
  for (const answer of release) answer();
  await expect(next).resolves.toEqual({ isSuperseded: false });
});

test('what waits for a receiver says what that has answered last', async () => {
  const deps = { announcing: new InFlight() };
  await failureOf(announcer(deps)('busy'));
  const giveBack = [1, 2, 3, 4].map(() => deps.announcing.take('busy'));
  const { message } = await failureOf(announcer(deps)('busy'));
  expect(message).toContain(`webhook busy: localhost:${web.port} answers with status 503. Mend the receiver`);
  for (const give of giveBack) give();
  deps.announcing.note('busy');
  for (let places = 0; places < 4; places += 1) deps.announcing.take('busy');
  expect((await failureOf(announcer(deps)('busy'))).message).toContain('it has not answered 4 others');
});

test('a pause that a receiver asks for is obeyed, within limits', async () => {
  const { nextRetryDelay, nonRetryable } = await failureOf(announcer()('busy'));
  expect(nextRetryDelay).toBe(600_000 + 2_500);
  expect(nonRetryable).toBe(false);
});

test('each is told with the credentials that it wants, in its Region, and a FIFO topic by account', async () => {
  const announce = announcer();
  const announcement = announcementOf();
  const { accountId } = announcement.data;
  for (const receiver of ['ordered', 'bus', 'parameter', 'shared']) await announce(receiver, announcement);
  const sent = emulator.calls().filter((call) => call.sent?.includes(accountId));
  expect(sent.map(({ account, region, target }) => [account, region, target])).toEqual([
    ['999999999999', 'us-east-1', 'arn:aws:sns:us-east-1:999999999999:runs.fifo'],
    ['999999999999', 'eu-west-1', 'arn:aws:events:eu-west-1:999999999999:event-bus/default'],
    [accountId, 'eu-west-1', `/a/${accountId}`],
    ['222233334444', 'us-west-2', `/a/${accountId}`],
  ]);
});

test.each([
  ['topic', 'Publish', 'SNS topic', 'AuthorizationErrorException'],
  ['bus', 'PutEvents', 'event bus', 'InternalException'],
  ['parameter', 'PutParameter', 'SSM parameter', 'AccessDeniedException'],
])(
  '%s: a failure of %s names the receiver, AWS’s words and its request',
  async (receiver, operation, kind, error) => {
    const announcement = announcementOf();
    const { accountId } = announcement.data;
    const accounts = receiver === 'parameter' ? [accountId] : ['999999999999'];
    emulator.setFaults({ accounts, failNext: [{ operation, error, message: 'not today', times: 1 }] });
    const failure = await failureOf(announcer()(receiver, announcement));
    expect(failure.message).toMatch(
      new RegExp(
        `^Account ${accountId}: ${operation}: what the run has to say has not reached a receiver: ${kind} ${receiver}: ${error}: not today \\(request [\\w-]+\\)\\. .*tried for a day\\.`,
      ),
    );
    expect(failure.message.includes('identity-center iam-policy')).toBe(receiver === 'parameter');
    expect(failure).toMatchObject({ type: 'NotAnnounced', nonRetryable: false });
  },
);

test('an entry that EventBridge refuses in a good answer is a failure', async () => {
  const unreadable = Object.assign(announcementOf(), { toJSON: () => ['no object'] });
  const failure = await failureOf(announcer()('bus', unreadable));
  expect(failure.message).toContain('event bus bus: MalformedDetail: Detail is malformed');
});
