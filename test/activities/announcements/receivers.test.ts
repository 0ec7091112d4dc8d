import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readReceivers, scopeOf, sharedAccountsOf, typesOf } from '../../../activities';
import { readWorkerSettings } from '../../../worker';
import { secretOf, startHttpsReceiver, type HttpsReceiver } from '../../support/https-receiver';

let files: HttpsReceiver;
beforeAll(async () => {
  files = await startHttpsReceiver();
});
afterAll(() => files.close());

const webhook = { url: 'https://hooks.example.com/runs', secretFile: 'secret' };
const topicArn = 'arn:aws:sns:eu-west-1:999999999999:runs.fifo';
const eventBusArn = 'arn:aws:events:eu-west-1:999999999999:event-bus/platform';
const read = (receivers: unknown) => readReceivers(files.write('receivers', JSON.stringify({ receivers })));

test('a file in YAML says who is told of what, and files are sought beside it', () => {
  files.write('url', 'https://hooks.example.com/T000/secret-path\n');
  const file = files.write(
    'receivers.yaml',
    `receivers:
  - name: operations
    types: [run.failed, run.held]
    webhook: { urlFile: url, secretFile: secret }
  - { name: bus, eventBridge: { eventBusArn: '${eventBusArn}' } }
  - { name: topic, sns: { topicArn: '${topicArn}' } }
  - { name: here, ssmParameter: { name: '/identity-center/{accountId}' } }
  - { name: shared, ssmParameter: { name: /instances, account: '222233334444', value: instanceArn } }
  - { name: own, ssmParameter: { name: own, account: worker, region: eu-west-1 } }
`,
  );
  const receivers = readReceivers(file);
  expect(receivers[0]?.webhook).toEqual({
    urlFile: expect.stringMatching(/^\/.*\/url$/) as unknown,
    secretFile: files.secretFile,
  });
  expect(receivers.map(typesOf)).toEqual([
    ['run.failed', 'run.held'],
    ['run.succeeded', 'run.failed', 'run.cancelled', 'run.held'],
    ['run.succeeded', 'run.failed', 'run.cancelled', 'run.held'],
    ['run.succeeded'],
    ['run.succeeded'],
    ['run.succeeded'],
  ]);
  expect(receivers[3]?.ssmParameter).toEqual({
    name: '/identity-center/{accountId}',
    account: 'run',
    value: 'announcement',
  });
  expect(sharedAccountsOf(receivers)).toEqual(['222233334444']);
  expect(scopeOf(receivers)).toEqual({
    topicArns: [topicArn],
    eventBusArns: [eventBusArn],
    parametersInAccounts: ['/identity-center/{accountId}', '/instances'],
    ownParameters: ['own'],
  });
  const { receivers: set } = readWorkerSettings({ IDENTITY_CENTER_RECEIVERS_FILE: file });
  expect(set).toEqual(receivers);
  expect(() =>
    readWorkerSettings({
      IDENTITY_CENTER_RECEIVERS_FILE: file,
      IDENTITY_CENTER_ALLOWED_ACCOUNTS: '111122223333',
    }),
  ).toThrow(
    /^IDENTITY_CENTER_RECEIVERS_FILE: a parameter is in account 222233334444, which .*ALLOWED_ACCOUNTS/,
  );
});

test('the file of docs/pipelines.md is read', () => {
  const page = readFileSync(path.join(__dirname, '../../../docs/pipelines.md'), 'utf8');
  const [, yaml = ''] = /```yaml\n(receivers:.*?)```/s.exec(page) ?? [];
  files.write('webhook-secret', secretOf(1));
  const receivers = readReceivers(files.write('of-docs.yaml', yaml));
  expect(receivers.map(({ name }) => name)).toEqual([
    'operations',
    'platform',
    'audit',
    'in-the-account',
    'shared',
  ]);
});

test.each<[string, unknown, RegExp]>([
  ['no kind', [{ name: 'a' }], /receivers\.0: must have one of webhook, sns/],
  ['two kinds', [{ name: 'a', webhook, sns: { topicArn } }], /receivers\.0: must have one of/],
  [
    'a name twice',
    [
      { name: 'a', webhook },
      { name: 'a', webhook },
    ],
    /each needs a name of its own/,
  ],
  ['a name with a blank', [{ name: 'a b', webhook }], /receivers\.0\.name: must have 1 to 40/],
  ['a word that is none', [{ name: 'a', webhok: webhook }], /webhok: unknown field/],
  ['http', [{ name: 'a', webhook: { ...webhook, url: 'http://hooks.example.com' } }], /https URL/],
  [
    'a password in the URL',
    [{ name: 'a', webhook: { ...webhook, url: 'https://me:hidden@h.example.com' } }],
    /without user and password/,
  ],
  ['no URL', [{ name: 'a', webhook: { secretFile: 'secret' } }], /either url or urlFile/],
  ['no secret', [{ name: 'a', webhook: { url: webhook.url } }], /secretFile: is required/],
  [
    'a file that is not there',
    [{ name: 'a', webhook: { ...webhook, secretFile: 'none' } }],
    /receiver a: secretFile: .*ENOENT/,
  ],
  [
    'a type that is none',
    [{ name: 'a', webhook, types: ['succeeded'] }],
    /types\.0: must be "run\.succeeded" or/,
  ],
  [
    'an ARN of another service',
    [{ name: 'a', sns: { topicArn: eventBusArn } }],
    /topicArn: must be an ARN such as/,
  ],
  ['a name of AWS’s', [{ name: 'a', ssmParameter: { name: '/aws/x' } }], /must not begin with "aws"/],
  [
    'what is filled in and is not',
    [{ name: 'a', ssmParameter: { name: '/{account}' } }],
    /\{accountId\} and \{region\}/,
  ],
  [
    'types of a parameter',
    [{ name: 'a', types: ['run.failed'], ssmParameter: { name: 'x' } }],
    /leave out types/,
  ],
  [
    'an account that is none',
    [{ name: 'a', ssmParameter: { name: 'x', account: '12' } }],
    /account: must be "run", "worker", or/,
  ],
  [
    'too many parameters',
    [1, 2, 3, 4].map((it) => ({ name: `a${it}`, ssmParameter: { name: 'x' } })),
    /no more than 3/,
  ],
])('%s is refused by its field', (_what, receivers, message) => {
  expect(() => read(receivers)).toThrow(message);
});

test.each<[string, string]>([
  ['no secret at all', ''],
  ['a secret without its prefix', 'bm90LWEtc2VjcmV0LW5vdC1hLXNlY3JldA=='],
  ['a short secret', 'whsec_c2hvcnQ='],
  ['a secret that is no base64', 'whsec_!!!!hidden-hidden-hidden-hidden-hidden'],
  ['one that is none among others', `${secretOf(1)}\nhidden`],
])('%s is refused, and nothing of the file is said', (_what, text) => {
  files.write('wrong', text);
  const receivers = [{ name: 'a', webhook: { ...webhook, secretFile: 'wrong' } }];
  const error = (() => {
    try {
      return read(receivers);
    } catch (thrown) {
      return thrown as Error;
    }
  })();
  expect(error).toBeInstanceOf(Error);
  const { message } = error as Error;
  expect(message).toMatch(/receiver a: secretFile: (?:must have 1 to 5 lines|each line must be "whsec_")/);
  for (const word of text.split(/\s+/).filter(Boolean)) expect(message).not.toContain(word);
});

test.each([
  ['{ receivers: [', /is neither YAML nor JSON/],
  ['receivers: &a [*a]', /IDENTITY_CENTER_RECEIVERS_FILE: /],
  ['- name: a', /the file: must be an object, not a list/],
  ['', /the file: must be an object, not null/],
])('%j is refused by the name of the setting', (text, message) => {
  const file = files.write('broken', text);
  expect(() => readWorkerSettings({ IDENTITY_CENTER_RECEIVERS_FILE: file })).toThrow(message);
});

test('a file that is not there is refused by the name of the setting', () => {
  expect(() => readWorkerSettings({ IDENTITY_CENTER_RECEIVERS_FILE: '/none/receivers.yaml' })).toThrow(
    /^IDENTITY_CENTER_RECEIVERS_FILE: the file cannot be read: ENOENT/,
  );
});
