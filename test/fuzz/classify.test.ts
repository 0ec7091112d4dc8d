import assert from 'node:assert/strict';
import { AccessDeniedException, SSOAdminServiceException } from '@aws-sdk/client-sso-admin';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import fc from 'fast-check';
import { classify } from '../../activities/errors/classify';
import { AttemptTooLateError, AwsCallError, WrongAccountError } from '../../activities/errors/thrown';
import { toFailure } from '../../activities/errors/failure';
import { FAILURES } from '../../contract';
import { assertOneLine, fuzz } from './fuzz';
import { anything, mutatedText, oddValue } from './mutate';

const SECRET_KEY = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const SESSION_TOKEN = 'IQoJb3JpZ2luX2VjEHoaCXVzLWVhc3QtMSJHMEUCIQDexample//wIhAK2';
const SIGNATURE = 'fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024';
const SECRETS = [SECRET_KEY, SESSION_TOKEN, SIGNATURE];
const AUTHORIZATION = `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/sso/aws4_request, SignedHeaders=host;x-amz-date, Signature=${SIGNATURE}`;

/** How secrets have been seen in the words of errors. */
const leak = fc.constantFrom(
  ...['', '', '', ''],
  ` Authorization=${AUTHORIZATION}`,
  `{"authorization":"${AUTHORIZATION}","x-amz-security-token":"${SESSION_TOKEN}"}`,
  `The Canonical String for this request should have been\n'POST\n/\n\nhost:sts.amazonaws.com\nx-amz-security-token:${SESSION_TOKEN}\n'`,
  `<Credentials><SecretAccessKey>${SECRET_KEY}</SecretAccessKey><SessionToken>${SESSION_TOKEN}</SessionToken></Credentials>`,
  `{"AccessKeyId":"AKIA","SecretAccessKey":"${SECRET_KEY}","SessionToken":"${SESSION_TOKEN}"}`,
  `aws_secret_access_key = ${SECRET_KEY}\naws_session_token = ${SESSION_TOKEN}`,
  `{ accessKeyId: 'AKIA', secretAccessKey: '${SECRET_KEY}', sessionToken: '${SESSION_TOKEN}' }`,
  `https://sts.amazonaws.com/?X-Amz-Security-Token=${SESSION_TOKEN}&X-Amz-Signature=${SIGNATURE}`,
);

const awsNames = [
  ...Object.values(FAILURES).flatMap(({ types }) => types as readonly string[]),
  ...['Unknown', 'SyntaxError', 'Error', 'TimeoutError', 'BrandNewException', 'AggregateError', 'AbortError'],
  ...['SlowDown', 'ThrottledException', 'RequestTimeout', 'RequestTimeTooSkewed'],
];
const words = fc.constantFrom(
  'Rate exceeded',
  'There are too many requests processing. Please try again later.',
  'Organization management account is not allowed to perform the operation.',
  'The organization management account (394530725171) does not allow its members to create instances.',
  'User: x is not authorized to perform: sso:CreateInstance on resource: arn:aws:sso:::instance/* with an explicit deny in a service control policy',
  'User: arn:aws:sts::111122223333:assumed-role/x/y is not authorized to perform: sso:ListInstances',
  'Unexpected token < in JSON at position 0',
  'read ECONNRESET',
  '',
  '<html><body>Service Unavailable</body></html>\r\n',
  `😀${'m'.repeat(20_000)}`,
  `${'x'.repeat(497)}😀😀`,
);

interface Spec {
  name: unknown;
  message: string;
  leak: string;
  fault: unknown;
  status: unknown;
  requestId: unknown;
  retryAfter: unknown;
  code: unknown;
  kind: 'aws' | 'denied' | 'plain' | 'object' | 'aggregate' | 'wrongAccount' | 'tooLate';
  trap: string;
  proxied: boolean;
}

const orOdd = <T>(usual: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 5, arbitrary: usual }, { weight: 1, arbitrary: oddValue });
const spec: fc.Arbitrary<Spec> = fc.record({
  name: orOdd(fc.oneof(fc.constantFrom(...awsNames), mutatedText(fc.constantFrom(...awsNames)))),
  message: fc.oneof(words, mutatedText(words), fc.string({ unit: 'binary' })),
  leak,
  fault: orOdd(fc.constantFrom<unknown>('client', 'server', undefined)),
  status: orOdd(fc.constantFrom<unknown>(400, 403, 429, 500, 503, undefined)),
  requestId: orOdd(
    fc.constantFrom<unknown>('6a9f4a1c-3d5e-4b67-8f0e-0123456789ab', 'a\nb', 'x'.repeat(9000), undefined),
  ),
  retryAfter: orOdd(
    fc.constantFrom<unknown>('7', '-1', '99999', '999999999', 'Wed, 21 Oct 2026 07:28:00 GMT', undefined),
  ),
  code: orOdd(fc.constantFrom<unknown>('ECONNRESET', 'ENOTFOUND', undefined)),
  kind: fc.constantFrom('aws', 'aws', 'denied', 'plain', 'object', 'aggregate', 'wrongAccount', 'tooLate'),
  trap: fc.oneof(
    { weight: 5, arbitrary: fc.constant('') },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        'name',
        'message',
        'code',
        '$fault',
        '$metadata',
        '$response',
        'stack',
        'Reason',
      ),
    },
  ),
  proxied: fc.integer({ min: 0, max: 20 }).map((dice) => dice === 0),
});

/** An error as the SDK throws it, with the worker's secrets all around it, and something odd about it. */
function build(made: Spec): unknown {
  const message = made.message + made.leak;
  const $metadata = { httpStatusCode: made.status, requestId: made.requestId };
  const options = { name: 'X', message, $fault: 'client', $metadata: {} } as const;
  const error: object =
    made.kind === 'aws'
      ? new SSOAdminServiceException(options)
      : made.kind === 'denied'
        ? new AccessDeniedException(options)
        : made.kind === 'wrongAccount'
          ? new WrongAccountError('111122223333', undefined)
          : made.kind === 'tooLate'
            ? new AttemptTooLateError(message)
            : made.kind === 'aggregate'
              ? new AggregateError([new Error(message)], '')
              : made.kind === 'plain'
                ? new Error(message)
                : { message };
  const headers = {
    authorization: AUTHORIZATION,
    'x-amz-security-token': SESSION_TOKEN,
    'retry-after': made.retryAfter,
  };
  const around = {
    // First: Jest formats the stack when it is first touched, and fails at an odd name.
    stack: `Error: ${message}\n    at sign (${SECRET_KEY})`,
    $metadata,
    name: made.name,
    $fault: made.fault,
    code: made.code,
    $response: { headers, body: `<SecretAccessKey>${SECRET_KEY}</SecretAccessKey>` },
    $responseBodyText: SECRET_KEY,
    config: { credentials: { secretAccessKey: SECRET_KEY, sessionToken: SESSION_TOKEN } },
    cause: new Error(SECRET_KEY),
  };
  for (const [key, value] of Object.entries(around))
    Reflect.defineProperty(error, key, { value, configurable: true, writable: true, enumerable: true });
  if (made.trap !== '') {
    const get = () => {
      throw new Error(SECRET_KEY);
    };
    Reflect.defineProperty(error, made.trap, { get, configurable: true });
  }
  if (!made.proxied) return error;
  const { proxy, revoke } = Proxy.revocable(error, {});
  revoke();
  return proxy;
}

// Built inside the check: fast-check looks into what it is given, and some of these cannot be looked into.
const thrown = fc.oneof(
  { weight: 1, arbitrary: anything.map((value) => ({ value })) },
  { weight: 3, arbitrary: spec.map((made) => ({ made })) },
);
const thing = (input: { value: unknown } | { made: Spec }) =>
  'made' in input ? build(input.made) : input.value;

test('whatever is thrown is a row of the table, in one bounded line', async () => {
  await fuzz(thrown, (input) => {
    const { situation, type, detail, httpStatus, awsRequestId, retryAfterMs } = classify(thing(input));
    assert.ok(Object.hasOwn(FAILURES, situation), situation);
    assert.match(type, /^[A-Z]\w{1,99}$/);
    assertOneLine(detail, 650);
    if (httpStatus !== undefined) assert.ok(httpStatus >= 100 && httpStatus <= 599);
    if (awsRequestId !== undefined) assertOneLine(awsRequestId, 128);
    if (retryAfterMs !== undefined) assert.ok(retryAfterMs >= 0 && retryAfterMs < 1e8);
    for (const secret of SECRETS) assert.ok(!detail.includes(secret), `leaks: ${detail}`);
  });
});

test('the failure of an attempt holds nothing of the worker: no credentials, no header, no stack of the SDK', async () => {
  const policy = {
    accountId: '111122223333',
    backOff: { initialIntervalMs: 1000, backoffCoefficient: 2, maximumIntervalMs: 60_000 },
    accountReadyTimeoutMs: 1_800_000,
  };
  const environment = new MockActivityEnvironment({
    activityType: 'createInstance',
    attempt: 3,
    scheduledTimestampMs: 1e12,
  });
  await environment.run(() =>
    fuzz(fc.tuple(thrown, fc.boolean()), ([input, wrapped]) => {
      const error = thing(input);
      const failure = toFailure(wrapped ? new AwsCallError('CreateInstance', error) : error, policy, {
        random: () => 0.5,
      });
      const { type, message, details, cause, stack, nonRetryable, nextRetryDelay } = failure;
      assert.match(type ?? '', /^[A-Z]\w{1,99}$/);
      assertOneLine(message, 1500);
      assert.match(message, /^Account 111122223333: /);
      assert.ok(nonRetryable === true || Number(nextRetryDelay) >= 1, 'neither stops nor waits');
      assert.ok(cause instanceof ApplicationFailure && cause.stack === '');
      assertOneLine(cause.message, 650);
      const all = JSON.stringify([type, message, details, cause, cause.message, cause.cause, stack]);
      assert.ok(all.length < 10_000, `the failure has ${all.length} characters`);
      for (const secret of SECRETS) assert.ok(!all.includes(secret), `leaks: ${message}`);
    }),
  );
});
