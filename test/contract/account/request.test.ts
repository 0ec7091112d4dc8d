import fc from 'fast-check';
import {
  diffRequests,
  readRequest,
  type ProvisionRequest,
  type ProvisionRequestInput,
} from '../../../contract';

const valid = { accountId: '111122223333', region: 'eu-west-1' };

function requestOf(input: unknown): ProvisionRequest {
  const read = readRequest(input);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.request;
}

function problemsOf(input: unknown): Record<string, string> {
  const read = readRequest(input);
  return 'problems' in read ? Object.fromEntries(read.problems.map((it) => [it.field, it.message])) : {};
}

test('the defaults are those of the contract', () => {
  expect(requestOf(valid)).toEqual({
    ...valid,
    existing: 'fail',
    onCancel: 'delete',
    onFailure: 'fail',
    onCreateFailed: 'fail',
    timing: {
      createTimeout: '1h',
      activeTimeout: '30m',
      accountReadyTimeout: '30m',
      holdTimeout: '7d',
      retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '60s' },
      pollInterval: '5s',
    },
  });
});

const tagText = fc
  .stringMatching(/^[\p{L}\p{N} _.:/=+\-@]{1,128}$/u)
  .filter((key) => !/^aws:/i.test(key) && key !== '__proto__');
const duration = fc
  .tuple(fc.integer({ min: 1, max: 300 }), fc.constantFrom('ms', 's', 'm', 'h', 'd'))
  .map(([count, unit]) => `${count}${unit}`);
const optional = { requiredKeys: [] as [] };
const anyRequest: fc.Arbitrary<ProvisionRequestInput> = fc.record(
  {
    accountId: fc.stringMatching(/^\d{12}$/),
    region: fc.constantFrom(
      'us-east-1',
      'eu-west-1',
      'ap-southeast-4',
      'us-gov-west-1',
      'cn-north-1',
      'eu-isoe-west-1',
    ),
    name: fc.stringMatching(/^[\w+=,.@-]{1,255}$/),
    tags: fc.dictionary(tagText, fc.stringMatching(/^[\p{L}\p{N} _.:/=+\-@]{0,256}$/u), { maxKeys: 74 }),
    existing: fc.constantFrom('fail', 'adopt', 'adoptAnywhere'),
    onCancel: fc.constantFrom('delete', 'keep'),
    onCreateFailed: fc.constantFrom('fail', 'recreate'),
    timing: fc.record(
      {
        createTimeout: duration,
        pollInterval: duration,
        retry: fc.record({ initialInterval: duration }, optional),
      },
      optional,
    ),
  },
  { requiredKeys: ['accountId', 'region'] },
);

test('every request within the limits is read, and reading it again changes nothing', () => {
  fc.assert(
    fc.property(anyRequest, (input) => {
      const request = requestOf(input);
      expect(request).toMatchObject(input);
      expect(requestOf(JSON.parse(JSON.stringify(request)))).toEqual(request);
    }),
  );
});

test.each<[string, unknown, string]>([
  ['accountId', { ...valid, accountId: '1234' }, '12 digits'],
  ['accountId', { region: 'eu-west-1' }, 'is required'],
  ['accountId', { ...valid, accountId: 111122223333 }, 'must be a text, not a number'],
  ['region', { ...valid, region: 'Ireland' }, 'AWS Region code'],
  ['name', { ...valid, name: '' }, ''],
  ['name', { ...valid, name: 'a b' }, 'may hold'],
  ['name', { ...valid, name: 'x'.repeat(256) }, '255'],
  ['tags.aws:x', { ...valid, tags: { 'aws:x': 'y' } }, 'belong to AWS'],
  [
    'tags.identity-center-orchestrator:workflow-id',
    { ...valid, tags: { 'identity-center-orchestrator:workflow-id': 'y' } },
    'orchestrator',
  ],
  ['tags.team', { ...valid, tags: { team: 'x'.repeat(257) } }, '256'],
  ['tags.team', { ...valid, tags: { team: 7 } }, 'must be a text, not a number'],
  ['tags.a#b', { ...valid, tags: { 'a#b': 'y' } }, 'tag key'],
  [
    'tags',
    { ...valid, tags: Object.fromEntries(Array.from({ length: 75 }, (_, i) => [`k${i}`, 'v'])) },
    '74',
  ],
  ['existing', { ...valid, existing: 'steal' }, 'fail'],
  ['onFailure', { ...valid, onFailure: 'wait' }, 'must be "fail" or "hold"'],
  ['timing.createTimeout', { ...valid, timing: { createTimeout: '30' } }, 'a number and a unit'],
  ['timing.createTimeout', { ...valid, timing: { createTimeout: '-1s' } }, 'a number and a unit'],
  ['timing.createTimeout', { ...valid, timing: { createTimeout: '0s' } }, 'longer than 0'],
  ['timing.createTimeout', { ...valid, timing: { createTimeout: '366d' } }, '365d'],
  ['timing.retry.backoffCoefficient', { ...valid, timing: { retry: { backoffCoefficient: 0 } } }, ''],
  ['timing.retry.jitter', { ...valid, timing: { retry: { jitter: true } } }, 'unknown field'],
  ['roleArn', { ...valid, roleArn: 'arn:aws:iam::1:role/x' }, 'unknown field'],
  ['naem', { ...valid, naem: 'a' }, 'unknown field (did you mean "name"?)'],
  ['account_id', { ...valid, account_id: 'a' }, 'did you mean "accountId"?'],
  ['createTimout', { ...valid, createTimout: '1h' }, 'did you mean "timing.createTimeout"?'],
  [
    'timing.retry.initialIntreval',
    { ...valid, timing: { retry: { initialIntreval: '1s' } } },
    'timing.retry.initialInterval',
  ],
  ['request', null, 'must be an object, not null'],
])('a problem is reported under its field: %s', (field, input, message) => {
  const problems = problemsOf(input);
  expect(Object.keys(problems)).toContain(field);
  expect(problems[field]).toContain(message);
});

test('a field that is like none is told without a guess', () => {
  expect(problemsOf({ ...valid, colour: 'red' })['colour']).toBe('unknown field');
  expect(problemsOf({ ...valid, ['x'.repeat(100_000)]: 1 })).toMatchObject({});
});

test('every problem is listed, not the first alone', () => {
  expect(Object.keys(problemsOf({ accountId: 'x', region: 'y', name: ' ', colour: 1 })).sort()).toEqual([
    'accountId',
    'colour',
    'name',
    'region',
  ]);
});

test('nothing that can come from outside makes it throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.jsonValue()), (input) => {
      expect(Object.keys(readRequest(input))).toHaveLength(1);
    }),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(requestOf(valid)), '__proto__', 'constructor'),
      fc.anything(),
      (field, value) => {
        const read = readRequest({ ...valid, [field]: value });
        if ('problems' in read) expect(read.problems.length).toBeGreaterThan(0);
      },
    ),
    { numRuns: 1000 },
  );
});

test('the same request has no differences; a changed field is named with both values', () => {
  fc.assert(
    fc.property(anyRequest, anyRequest, (one, other) => {
      const [a, b] = [requestOf(one), requestOf(other)];
      expect(diffRequests(a, requestOf(one))).toEqual([]);
      const there = diffRequests(a, b);
      expect(diffRequests(b, a)).toEqual(
        there.map(({ field, running, asked }) => ({ field, running: asked, asked: running })),
      );
    }),
  );
  const tagged = requestOf({ ...valid, tags: { team: 'a' }, timing: { pollInterval: '1s' } });
  expect(diffRequests(tagged, requestOf(valid))).toEqual([
    { field: 'tags.team', running: 'a', asked: undefined },
    { field: 'timing.pollInterval', running: '1s', asked: '5s' },
  ]);
});
