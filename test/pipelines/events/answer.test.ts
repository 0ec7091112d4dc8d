import { answerEvent, deliveriesIn, readRules, requestFromEvent, type EventRules } from '../../../pipelines';
import {
  controlTowerEvent,
  createAccountEvent,
  leavingEvent,
  MANAGEMENT_ACCOUNT,
  regionEvent,
  snsMessage,
  sqsRecord,
  type Json,
} from '../../support/events';

const ACCOUNT = '111122223333';
const DEFAULTS = { region: 'eu-west-1', tags: { team: 'identity' } };
const asked = { answer: 'provision', accountId: ACCOUNT, request: { accountId: ACCOUNT, ...DEFAULTS } };

function rulesFrom(yaml: string): EventRules {
  const read = readRules(Buffer.from(yaml));
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.rules;
}

const detailOf = (event: Json) => event['detail'] as Json;
const details = (event: Json) => detailOf(event)['serviceEventDetails'] as Json;
const withDetail = (event: Json, more: Json): Json => ({ ...event, detail: { ...detailOf(event), ...more } });

describe('an account that was vended is a request', () => {
  const created = controlTowerEvent(ACCOUNT);
  const updated = controlTowerEvent(ACCOUNT, { name: 'UpdateManagedAccount' });
  const result = createAccountEvent(ACCOUNT);

  test.each<[string, unknown]>([
    ['Control Tower: CreateManagedAccount', created],
    ['Control Tower: UpdateManagedAccount', updated],
    ['Organizations: CreateAccountResult', result],
    [
      'serviceEventDetails as a JSON text',
      withDetail(created, { serviceEventDetails: JSON.stringify(details(created)) }),
    ],
    ['the detail as a JSON text', { ...created, detail: JSON.stringify(detailOf(created)) }],
    ['the whole as a JSON text', JSON.stringify(result)],
    ['a JSON text of a JSON text', JSON.stringify(JSON.stringify(result))],
    ['what CloudTrail has of it, without the envelope', detailOf(result)],
    ['China’s source', withDetail(result, { eventSource: 'organizations.amazonaws.com.cn' })],
    [
      '"None" where there is nothing',
      withDetail(created, { requestParameters: 'None', responseElements: 'None' }),
    ],
    [
      'only what tells it',
      { detail: { eventName: 'CreateAccountResult', serviceEventDetails: details(result) } },
    ],
    ['without its name', { detail: { serviceEventDetails: details(created) } }],
    ['only the status', { createAccountStatus: { accountId: ACCOUNT, state: 'SUCCEEDED' } }],
    ['in a record of SQS', sqsRecord(created)],
    ['in a batch of one, as Lambda gets it', { Records: [sqsRecord(created)] }],
    ['in a list of one, as EventBridge Pipes send it', [sqsRecord(created)]],
    [
      'as "aws sqs receive-message" prints it',
      { Messages: [{ MessageId: 'a', ReceiptHandle: 'b', Body: JSON.stringify(created) }] },
    ],
    ['in a message of SNS in a record of SQS', sqsRecord(snsMessage(created))],
    [
      'in a message of SNS that invokes Lambda',
      { Records: [{ EventSource: 'aws:sns', Sns: snsMessage(created) }] },
    ],
  ])('%s', (_, event) => {
    expect(requestFromEvent(event, DEFAULTS)).toMatchObject(asked);
  });

  test('the answer names the event, for people and for logs', () => {
    const { id } = created as { id: string };
    expect(requestFromEvent(created, DEFAULTS)).toMatchObject({
      event: { name: 'CreateManagedAccount', id, at: '2026-03-01T08:00:00Z' },
      message: `Account ${ACCOUNT}: was vended; to be provisioned in eu-west-1 (CreateManagedAccount, of 2026-03-01T08:00:00Z, id ${id}).`,
    });
  });

  test('wrong defaults are the caller’s mistake: all of them are told', () => {
    expect(() => requestFromEvent(created, { region: 'eu-west-9', name: 'a b' })).toThrow(
      /defaults\.name: may hold letters/,
    );
    expect(() => requestFromEvent(created, { region: 'eu-west-9' })).toThrow(/defaults\.region: .*eu-west-1/);
  });
});

describe('vending that failed is told, and starts nothing', () => {
  test('Control Tower’s, which knows no account', () => {
    expect(requestFromEvent(controlTowerEvent(ACCOUNT, { state: 'FAILED' }), DEFAULTS)).toMatchObject({
      answer: 'vendingFailed',
      accountName: 'Team A (prod)',
      reason: 'AWS Control Tower failed to create a managed account.',
      message: expect.stringMatching(
        /^An account "Team A \(prod\)": was not vended: AWS Control Tower failed to create a managed account\. Nothing was started\. .*\.$/,
      ) as string,
    });
  });

  test('Organizations’, with its reason', () => {
    expect(requestFromEvent(createAccountEvent(ACCOUNT, 'EMAIL_ALREADY_EXISTS'), DEFAULTS)).toMatchObject({
      answer: 'vendingFailed',
      reason: 'EMAIL_ALREADY_EXISTS',
    });
  });
});

describe('what cannot be read is told with its field', () => {
  const created = controlTowerEvent(ACCOUNT);
  const status = details(created)['createManagedAccountStatus'] as Json;
  const withStatus = (more: Json) =>
    withDetail(created, { serviceEventDetails: { createManagedAccountStatus: { ...status, ...more } } });
  const AT = 'detail.serviceEventDetails.createManagedAccountStatus';

  test.each<[string, unknown, field: string, reason: RegExp]>([
    ['nothing', undefined, 'event', /must be an event/],
    ['a number', 7, 'event', /must be an event/],
    ['an empty text', '', 'event', /is empty/],
    ['half a text', JSON.stringify(created).slice(0, -9), 'event', /is not valid JSON/],
    ['an empty object', {}, 'eventName', /is required/],
    ['an empty batch', { Records: [] }, 'event.Records', /is an empty list/],
    ['a batch of two', { Records: [sqsRecord(created), sqsRecord(created)] }, 'event', /deliveriesIn/],
    ['a body that is no JSON', { Records: [sqsRecord('x')] }, 'event.Records[0].body', /is not valid JSON/],
    ['no state', withStatus({ state: undefined }), `${AT}.state`, /must be "SUCCEEDED" or "FAILED"/],
    ['a state of another kind', withStatus({ state: 'IN_PROGRESS' }), `${AT}.state`, /must be/],
    ['success without an account', withStatus({ account: {} }), `${AT}.account.accountId`, /is required/],
    [
      'success, Not Available',
      withStatus({ account: { accountId: 'Not Available' } }),
      `${AT}.account.accountId`,
      /12 digits/,
    ],
    [
      'an ID as a number',
      withStatus({ account: { accountId: 12345678901 } }),
      `${AT}.account.accountId`,
      /a text, not a number/,
    ],
    ['half an event', withDetail(created, { serviceEventDetails: {} }), AT, /is required/],
    [
      'details that are no JSON',
      withDetail(created, { serviceEventDetails: '{' }),
      'detail.serviceEventDetails',
      /JSON/,
    ],
    ['another version of EventBridge', { ...created, version: '1' }, 'version', /must be "0"/],
    [
      'another version of CloudTrail',
      withDetail(created, { eventVersion: '2.0' }),
      'detail.eventVersion',
      /must be 1/,
    ],
    [
      'two sources',
      withDetail(created, { eventSource: 'organizations.amazonaws.com' }),
      'detail.eventSource',
      /another service than source/,
    ],
    [
      'an event that this service does not send',
      { ...createAccountEvent(ACCOUNT), source: 'aws.controltower', detail: { eventName: 'CloseAccount' } },
      'detail.eventName',
      /no event of controltower/,
    ],
    [
      'CloseAccount of nobody',
      leavingEvent('CloseAccount', ACCOUNT, { requestParameters: null }),
      'detail.requestParameters',
      /is required/,
    ],
    [
      'a Region of nobody',
      { ...regionEvent(ACCOUNT, 'af-south-1'), detail: { regionName: 'af-south-1', status: 'ENABLED' } },
      'detail.accountId',
      /is required/,
    ],
  ])('%s', (_, event, field, reason) => {
    expect(requestFromEvent(event, DEFAULTS)).toMatchObject({
      answer: 'unreadable',
      field,
      reason: expect.stringMatching(reason) as string,
      message: expect.stringMatching(/^The event cannot be read: .* Nothing was started\./) as string,
    });
  });

  test('what a program passes that throws at every look', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(requestFromEvent(proxy, DEFAULTS)).toMatchObject({ answer: 'unreadable' });
    expect(deliveriesIn({ Records: [proxy, sqsRecord(created, 'good')] })).toHaveLength(1);
  });
});

test('what an object inherits, nobody has sent: an account of a prototype is none', () => {
  const created = controlTowerEvent(ACCOUNT);
  const account = Object.create({ accountId: ACCOUNT }) as Json;
  const serviceEventDetails = { createManagedAccountStatus: { state: 'SUCCEEDED', account } };
  expect(requestFromEvent(withDetail(created, { serviceEventDetails }), DEFAULTS)).toMatchObject({
    answer: 'unreadable',
    field: 'detail.serviceEventDetails.createManagedAccountStatus.account.accountId',
  });
  expect(requestFromEvent(Object.create(created), DEFAULTS)).toMatchObject({ answer: 'unreadable' });
});

describe('an event of another kind is none of ours', () => {
  test.each<[string, unknown]>([
    ['another service', { source: 'aws.s3', detail: { eventName: 'PutObject' } }],
    [
      'another event of Control Tower',
      withDetail(controlTowerEvent(ACCOUNT), { eventName: 'SetupLandingZone' }),
    ],
    [
      'the request of a creation, which is not yet its result',
      leavingEvent('CloseAccount', ACCOUNT, { eventName: 'CreateAccount' }),
    ],
    [
      'the request to enable a Region',
      {
        ...leavingEvent('CloseAccount', ACCOUNT, {
          eventName: 'EnableRegion',
          eventSource: 'account.amazonaws.com',
        }),
        source: 'aws.account',
      },
    ],
    [
      'vending, as somebody else says it',
      {
        source: 'aws.s3',
        detail: detailOf(withDetail(createAccountEvent(ACCOUNT), { eventSource: undefined })),
      },
    ],
  ])('%s', (_, event) => {
    expect(requestFromEvent(event, DEFAULTS)).toMatchObject({ answer: 'notOurs' });
  });
});

describe('accounts that are closed or leave', () => {
  const policies = rulesFrom('defaults: {region: eu-west-1}\nonClosed: deprovision\n');

  test('a policy deletes what they have; by default nothing is done', () => {
    const closed = leavingEvent('CloseAccount', ACCOUNT);
    const removed = leavingEvent('RemoveAccountFromOrganization', ACCOUNT);
    expect(answerEvent(closed, policies)).toMatchObject({
      answer: 'deprovision',
      request: { accountId: ACCOUNT, region: 'eu-west-1' },
    });
    expect(answerEvent(removed, policies)).toMatchObject({ answer: 'ignored', accountId: ACCOUNT });
    // What is there may have been made since.
    for (const time of [undefined, 'yesterday'])
      expect(answerEvent(withDetail({ ...closed, time }, { eventTime: undefined }), policies)).toMatchObject({
        answer: 'unreadable',
        field: 'time',
      });
    expect(requestFromEvent(closed, DEFAULTS)).toMatchObject({
      answer: 'ignored',
      reason: 'it was closed, and onClosed of the rules says ignore',
    });
  });

  test('a call that AWS refused has closed nothing', () => {
    const refused = leavingEvent('CloseAccount', ACCOUNT, { errorCode: 'ConstraintViolationException' });
    expect(answerEvent(refused, policies)).toMatchObject({
      answer: 'ignored',
      reason: 'AWS refused the call: ConstraintViolationException',
    });
  });
});

test('a Region that is enabled is a reason to try again; one that is being enabled is none', () => {
  expect(requestFromEvent(regionEvent(ACCOUNT, 'af-south-1'), DEFAULTS)).toMatchObject({
    answer: 'retry',
    accountId: ACCOUNT,
    region: 'af-south-1',
  });
  expect(requestFromEvent(regionEvent(ACCOUNT, 'af-south-1', 'ENABLING'), DEFAULTS)).toMatchObject({
    answer: 'ignored',
  });
});

describe('who may have something started', () => {
  const guarded = rulesFrom(
    `managementAccountId: "${MANAGEMENT_ACCOUNT}"\nallowedAccounts: ["${ACCOUNT}"]\ndefaults: {region: eu-west-1}\nonClosed: deprovision\n`,
  );

  test('an event of the organization, of an allowed account', () => {
    for (const event of [controlTowerEvent(ACCOUNT), detailOf(controlTowerEvent(ACCOUNT))])
      expect(answerEvent(event, guarded)).toMatchObject({ answer: 'provision' });
    // The account tells itself of its Regions.
    expect(answerEvent(regionEvent(ACCOUNT, 'af-south-1'), guarded)).toMatchObject({ answer: 'retry' });
  });

  test.each<[string, unknown, reason: RegExp]>([
    [
      'another organization',
      { ...controlTowerEvent(ACCOUNT), account: '444455556666' },
      /account 444455556666 sent it/,
    ],
    [
      'another organization, in CloudTrail’s words',
      withDetail(controlTowerEvent(ACCOUNT), { recipientAccountId: '444455556666' }),
      /444455556666 sent it/,
    ],
    [
      'the account itself, which vends nobody',
      { ...controlTowerEvent(ACCOUNT), account: ACCOUNT },
      /sent it/,
    ],
    [
      'closed by another organization',
      { ...leavingEvent('CloseAccount', ACCOUNT), account: '444455556666' },
      /sent it/,
    ],
    ['an account that is not allowed', controlTowerEvent('444455556666'), /not among the allowedAccounts/],
    ['a Region of an account that is not allowed', regionEvent('444455556666', 'af-south-1'), /not among/],
    [
      'a Region, as a third account tells it',
      { ...regionEvent(ACCOUNT, 'af-south-1'), account: '444455556666' },
      /sent it/,
    ],
  ])('refused: %s', (_, event, reason) => {
    expect(answerEvent(event, guarded)).toMatchObject({
      answer: 'refused',
      reason: expect.stringMatching(reason) as string,
      message: expect.stringMatching(/^Account \d{12}: refused: .* Nothing was started\./) as string,
    });
  });

  test('an event that does not say who sent it cannot be told from a forged one', () => {
    const shortened = { createAccountStatus: { accountId: ACCOUNT, state: 'SUCCEEDED' } };
    expect(answerEvent(shortened, guarded)).toMatchObject({ answer: 'unreadable', field: 'account' });
  });

  test('the management account itself can have no instance', () => {
    const rules = rulesFrom(`managementAccountId: "${MANAGEMENT_ACCOUNT}"\ndefaults: {region: eu-west-1}\n`);
    const event = controlTowerEvent(MANAGEMENT_ACCOUNT, { name: 'UpdateManagedAccount' });
    expect(answerEvent(event, rules)).toMatchObject({ answer: 'ignored', accountId: MANAGEMENT_ACCOUNT });
  });
});

test('a batch is taken apart, each event with the message that brought it', () => {
  const batch = {
    Records: [
      sqsRecord(controlTowerEvent(ACCOUNT), 'a'),
      sqsRecord('x', 'b'),
      sqsRecord(snsMessage(createAccountEvent(ACCOUNT)), 'c'),
    ],
  };
  expect(deliveriesIn(batch)).toMatchObject([
    { messageId: 'a', event: { source: 'aws.controltower' } },
    { messageId: 'b', problem: { field: 'event.Records[1].body' } },
    { messageId: 'c', event: { source: 'aws.organizations' } },
  ]);
});

test('a message of a mebibyte of nothing is told once, not entry by entry; a batch of Lambda is taken whole', () => {
  const nothing = (entries: number) => JSON.stringify(Array.from({ length: entries }, () => 0));
  const told = /is more than 1000 entries/;
  expect(deliveriesIn({ Records: [sqsRecord(nothing(500_000), 'a')] })).toMatchObject([
    { messageId: 'a', problem: { message: expect.stringMatching(told) as string } },
  ]);
  // What lists in lists hold is counted together.
  const nested = JSON.stringify(Array.from({ length: 500 }, () => [0, 0, 0, 0]));
  expect(deliveriesIn({ Records: [sqsRecord(nested, 'a')] }).length).toBeLessThan(1_000);
  expect(deliveriesIn(nothing(500_000))).toHaveLength(1);
  const records = Array.from({ length: 10_000 }, (_, index) =>
    sqsRecord([controlTowerEvent(ACCOUNT)], `m${index}`),
  );
  const taken = deliveriesIn({ Records: records });
  expect(taken).toHaveLength(10_000);
  expect(taken.every((delivery) => 'event' in delivery)).toBe(true);
});
