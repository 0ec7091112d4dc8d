import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  deprovisionRequestSchema,
  describeProblems,
  milliseconds,
  provisionRequestSchema,
  readCorrection,
  readDeprovisionRequest,
  readReason,
  readRequest,
  type ProvisionRequest,
  type ReadRequest,
} from '../../contract';
import { assertOneLine, assertReadable, fuzz, RUNS } from './fuzz';
import { anything, mutated } from './mutate';

const tagText = fc.stringMatching(/^[\p{L}\p{N} _.:/=+\-@]{1,20}$/u);
const duration = fc.constantFrom('1ms', '20ms', '5s', '1.5h', '30m', '365d');
const provision = fc.record(
  {
    accountId: fc.constantFrom('111122223333', '000000000000', '999999999998'),
    region: fc.constantFrom('us-east-1', 'eu-west-1', 'us-gov-west-1', 'cn-north-1'),
    name: fc.stringMatching(/^[\w+=,.@-]{1,40}$/),
    tags: fc.dictionary(tagText, tagText, { maxKeys: 4 }),
    existing: fc.constantFrom('fail', 'adopt', 'adoptAnywhere'),
    onCancel: fc.constantFrom('delete', 'keep'),
    onFailure: fc.constantFrom('fail', 'hold'),
    onCreateFailed: fc.constantFrom('fail', 'recreate'),
    timing: fc.record(
      {
        createTimeout: duration,
        activeTimeout: duration,
        pollInterval: duration,
        retry: fc.record(
          { initialInterval: duration, backoffCoefficient: fc.constantFrom(1, 2, 10) },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['accountId', 'region'] },
);
const deprovision = fc.record(
  {
    accountId: fc.constant('111122223333'),
    region: fc.constant('eu-west-1'),
    instanceArn: fc.constant('arn:aws:sso:::instance/ssoins-0123456789abcdef'),
    timing: fc.record({ activeTimeout: duration }, { requiredKeys: [] }),
  },
  { requiredKeys: ['accountId'] },
);

/** Values just inside and just outside a limit, where one-off mistakes are. */
const atLimits = fc
  .record({
    name: fc.constantFrom('x', 'x'.repeat(255), 'x'.repeat(256), 'a b', 'é', 'a\n'),
    tagKey: fc.constantFrom(
      'k',
      'k'.repeat(128),
      'k'.repeat(129),
      'aws:x',
      'AWS:x',
      '__proto__',
      'a\u00a0b',
      '#',
      '\ud800',
      '123',
    ),
    tagValue: fc.constantFrom('', 'v'.repeat(256), 'v'.repeat(257), '٣', '\u2028', '\n', '😀'),
    count: fc.constantFrom(0, 1, 73, 74, 75, 76),
    backoffCoefficient: fc.constantFrom(0, 0.99, 1, 10, 10.01, -1),
    createTimeout: fc.constantFrom(
      '0s',
      '0.001ms',
      '0.4ms',
      '1ms',
      '365d',
      '365.001d',
      '999999999d',
      '1 s',
      '1S',
      '01s',
    ),
  })
  .map(({ name, tagKey, tagValue, count, backoffCoefficient, createTimeout }) => ({
    accountId: '111122223333',
    region: 'eu-west-1',
    name,
    tags: Object.fromEntries<string>([
      ...Array.from({ length: count }, (_, i): [string, string] => [`k${i}`, 'v']),
      [tagKey, tagValue],
    ]),
    timing: { createTimeout, retry: { backoffCoefficient } },
  }));

function assertWithinLimits({ accountId, region, name, tags = {}, timing }: ProvisionRequest): void {
  assert.match(accountId, /^[0-9]{12}$/);
  assert.match(region, /^[a-z]{2,4}-[a-z-]+-[0-9]+$/);
  if (name !== undefined) assert.match(name, /^[A-Za-z0-9_+=,.@-]{1,255}$/);
  // AWS takes 75; one is ours.
  assert.ok(Object.keys(tags).length <= 74);
  for (const [tagKey, value] of Object.entries(tags)) {
    assert.ok(tagKey.length >= 1 && tagKey.length <= 128 && value.length <= 256);
    assert.match(tagKey + value, /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u);
    assert.ok(
      !tagKey.toLowerCase().startsWith('aws:') && !tagKey.startsWith('identity-center-orchestrator:'),
    );
  }
  const { retry, ...waits } = timing;
  const { backoffCoefficient, ...intervals } = retry;
  assert.ok(backoffCoefficient >= 1 && backoffCoefficient <= 10);
  for (const wait of Object.values({ ...waits, ...intervals })) {
    assert.ok(milliseconds(wait) > 0 && milliseconds(wait) <= 365 * 86_400_000, wait);
  }
}

/** A request that reads as itself again, or problems that a person can act on. */
function check<R>(read: (input: unknown) => ReadRequest<R>, schema: object, input: unknown): R | undefined {
  const outcome = read(input);
  if ('request' in outcome) {
    assert.equal(
      JSON.stringify(read(outcome.request)),
      JSON.stringify(outcome),
      'reading it again changes it',
    );
    assert.ok('request' in read(JSON.parse(JSON.stringify(outcome.request))), 'refused as JSON');
    return outcome.request;
  }
  assert.ok(outcome.problems.length > 0, 'refused without a reason');
  for (const { field, message } of outcome.problems) {
    assertReadable(message);
    assert.ok(field.length > 0 && field.length < 800, 'the field has no name');
    assert.doesNotMatch(field, /[\p{Cc}\p{Cs}]/u);
    const known = field.split('.')[0]!.split('"')[0]!;
    assert.ok(
      field === 'request' ||
        known in schema ||
        field.startsWith('"') ||
        hasKey(input, known) ||
        hasKey(input, field) ||
        field.includes('.'),
      `there is no field ${field}`,
    );
  }
  assert.ok(describeProblems(outcome.problems).length < 20 * 600, 'the message is too long');
  return undefined;
}

function hasKey(input: unknown, name: string): boolean {
  return typeof input === 'object' && input !== null && name in input;
}

test('a request to provision, whatever it is: one within AWS’s limits that reads as itself again, or problems for people', async () => {
  const inputs = fc.oneof(
    anything,
    mutated(provision),
    mutated(provision),
    mutated(atLimits),
    atLimits,
    provision,
  );
  let [taken, refused] = [0, 0];
  await fuzz(inputs, (input) => {
    const request = check(readRequest, provisionRequestSchema().shape, input);
    if (request === undefined) refused += 1;
    else {
      taken += 1;
      assertWithinLimits(request);
      assertNothingLost(request, input);
    }
  });
  // Neither side of the schema goes untested.
  expect(Math.min(taken, refused)).toBeGreaterThan(RUNS / 50);
});

/** What was asked for is in the request: nothing is left out without a word. */
function assertNothingLost(request: ProvisionRequest, input: unknown): void {
  const { name, tags } = input as { name?: unknown; tags?: object };
  assert.equal(request.name, name);
  assert.deepEqual(new Set(Object.keys(request.tags ?? {})), new Set(Object.keys(tags ?? {})));
}

test('a request to delete, the same', async () => {
  const inputs = fc.oneof(
    anything,
    mutated(deprovision),
    mutated(deprovision),
    mutated(provision),
    deprovision,
  );
  await fuzz(inputs, (input) => void check(readDeprovisionRequest, deprovisionRequestSchema().shape, input));
});

test('the argument of retry: what can be corrected, nothing, or one line that says what is wrong', async () => {
  const correction = provision.map(({ name, tags }) => ({ ...(name && { name }), ...(tags && { tags }) }));
  await fuzz(fc.oneof(anything, mutated(correction), correction, mutated(provision)), (argument) => {
    const read = readCorrection(argument);
    if (typeof read === 'string') assertOneLine(read, 20 * 600);
    else if (read.correction !== undefined) {
      const { correction: corrected } = read;
      assert.deepEqual(readCorrection(corrected), read);
      assertWithinLimits({ ...valid, ...corrected });
    }
  });
});

const valid = (
  readRequest({ accountId: '111122223333', region: 'eu-west-1' }) as { request: ProvisionRequest }
).request;

test('the argument of abort: a reason of 1 to 500 characters, or one line that says what is wrong', async () => {
  await fuzz(fc.oneof(anything, fc.string({ maxLength: 600 })), (argument) => {
    const read = readReason(argument);
    if (typeof read === 'string') assertReadable(read);
    else
      assert.ok(read.reason.length >= 1 && read.reason.length <= 500 && read.reason === read.reason.trim());
  });
});

test('an object of a program that cannot be looked into is refused, not thrown back', () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const trap = {
    get accountId(): string {
      throw new Error('trap');
    },
  };
  for (const input of [proxy, trap, { ...valid, tags: proxy }, { ...valid, name: proxy }]) {
    expect(readRequest(input)).toHaveProperty('problems');
    expect(typeof readCorrection({ tags: proxy, name: input })).toBe('string');
    expect(typeof readReason(input)).toBe('string');
  }
});
