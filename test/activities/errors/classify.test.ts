import { readFileSync } from 'node:fs';
import {
  AccessDeniedException,
  ConflictException,
  InternalServerException,
  ServiceQuotaExceededException,
  SSOAdminServiceException,
  ThrottlingException,
  ValidationException,
} from '@aws-sdk/client-sso-admin';
import fc from 'fast-check';
import { classify } from '../../../activities/errors/classify';
import { AttemptTooLateError, WrongAccountError } from '../../../activities/errors/thrown';
import { FAILURES, type Situation } from '../../../contract';

const $metadata = { httpStatusCode: 400, requestId: 'request-1' };

function aws(name: string, message = name, status = 400): Error {
  const fault = status >= 500 ? 'server' : 'client';
  return new SSOAdminServiceException({
    name,
    message,
    $fault: fault,
    $metadata: { ...$metadata, httpStatusCode: status },
  });
}

function withStatus(error: Error, httpStatusCode: number): Error {
  return Object.assign(error, { $metadata: { ...$metadata, httpStatusCode } });
}

const explicitDeny =
  'User: x is not authorized to perform: sso:CreateInstance on resource: arn:aws:sso:::instance/* with an explicit deny in a service control policy';

test.each<[string, unknown, Situation, string]>([
  [
    'ThrottlingException',
    new ThrottlingException({ message: 'Rate exceeded', $metadata }),
    'throttled',
    'ThrottlingException',
  ],
  [
    'the other text of throttling',
    aws('ThrottlingException', 'There are too many requests processing.'),
    'throttled',
    'ThrottlingException',
  ],
  [
    'KMS throttling',
    new ThrottlingException({ message: 'x', Reason: 'KMS_ThrottlingException', $metadata }),
    'throttled',
    'ThrottlingException',
  ],
  [
    'any HTTP 429',
    withStatus(new SyntaxError('Unexpected token <'), 429),
    'throttled',
    'ThrottlingException',
  ],
  [
    'InternalServerException',
    new InternalServerException({ message: 'x', $metadata: { httpStatusCode: 500 } }),
    'answerLost',
    'InternalServerException',
  ],
  ["a proxy's HTML 503", withStatus(new SyntaxError('Unexpected token <'), 503), 'answerLost', 'AnswerLost'],
  ['an empty 500', aws('Unknown', 'UnknownError', 500), 'answerLost', 'AnswerLost'],
  [
    'a connection reset',
    Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
    'answerLost',
    'AnswerLost',
  ],
  [
    'a refused connection',
    Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }),
    'answerLost',
    'AnswerLost',
  ],
  [
    'an unknown host',
    Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }),
    'answerLost',
    'AnswerLost',
  ],
  [
    'a time-out of the SDK',
    Object.assign(new Error('timed out'), { name: 'TimeoutError' }),
    'answerLost',
    'AnswerLost',
  ],
  [
    'a time-out of ours',
    new DOMException('The operation timed out', 'TimeoutError'),
    'answerLost',
    'AnswerLost',
  ],
  ['expired credentials', aws('ExpiredTokenException'), 'credentialsStale', 'ExpiredTokenException'],
  [
    'credentials that are not valid yet',
    aws('InvalidSignatureException', 'Signature not yet current'),
    'credentialsStale',
    'InvalidSignatureException',
  ],
  [
    'no credentials',
    Object.assign(new Error('x'), { name: 'CredentialsProviderError' }),
    'noCredentials',
    'CredentialsProviderError',
  ],
  [
    'a role that STS refuses',
    aws('AccessDenied', 'not authorized to perform: sts:AssumeRole', 403),
    'roleRefused',
    'AccessDenied',
  ],
  ['OptInRequired', aws('OptInRequired', 'x', 403), 'notSubscribed', 'OptInRequired'],
  [
    'SubscriptionRequiredException',
    aws('SubscriptionRequiredException'),
    'notSubscribed',
    'SubscriptionRequiredException',
  ],
  [
    'UnrecognizedClientException',
    aws('UnrecognizedClientException'),
    'notSubscribed',
    'UnrecognizedClientException',
  ],
  [
    'an implicit denial',
    new AccessDeniedException({ message: 'User: x is not authorized', $metadata }),
    'permissionMissing',
    'AccessDeniedException',
  ],
  [
    'an explicit deny',
    new AccessDeniedException({ message: explicitDeny, $metadata }),
    'explicitDeny',
    'AccessDeniedException',
  ],
  [
    'an organization that forbids it, under any name',
    aws(
      'SomeException',
      'The organization management account (394530725171) does not allow its members to create instances.',
    ),
    'organizationForbids',
    'SomeException',
  ],
  [
    'the management account, under no name',
    withStatus(new Error('Organization management account is not allowed to perform the operation.'), 400),
    'managementAccount',
    'AccessDeniedException',
  ],
  [
    'ValidationException',
    new ValidationException({ message: 'x', $metadata }),
    'invalidParameter',
    'ValidationException',
  ],
  [
    'IdempotentParameterMismatch, which the model lacks',
    aws('IdempotentParameterMismatch'),
    'parameterMismatch',
    'IdempotentParameterMismatch',
  ],
  ['ConflictException', new ConflictException({ message: 'x', $metadata }), 'conflict', 'ConflictException'],
  [
    'ServiceQuotaExceededException',
    new ServiceQuotaExceededException({ message: 'x', $metadata }),
    'quotaExceeded',
    'ServiceQuotaExceededException',
  ],
  ['a 4xx that nobody has seen', aws('BrandNewException'), 'refused', 'BrandNewException'],
  ['a 5xx that nobody has seen', aws('BrandNewException', 'x', 502), 'answerLost', 'BrandNewException'],
  [
    'the wrong account',
    new WrongAccountError('111122223333', '444455556666'),
    'wrongAccount',
    'WrongAccount',
  ],
  ['a late attempt', new AttemptTooLateError('late'), 'attemptTooLate', 'AttemptTooLate'],
])('%s', (_name, thrown, situation, type) => {
  expect(classify(thrown)).toMatchObject({ situation, type });
});

/** A list of the SDK, which exports only what tells by it. */
function sdkList(name: string): string[] {
  const source = readFileSync(require.resolve('@smithy/core/retry'), 'utf8');
  const [, items = ''] = new RegExp(`const ${name} = \\[([^\\]]*)\\]`).exec(source) ?? [];
  const names = [...items.matchAll(/\w+/g)].map(([item]) => item);
  expect(names.length).toBeGreaterThan(2);
  return names;
}

test('what the SDK takes for throttling is throttling, under its own name', () => {
  for (const name of sdkList('THROTTLING_ERROR_CODES'))
    expect(classify(aws(name))).toMatchObject({ situation: 'throttled', type: name });
});

test('what the SDK takes for transient loses the answer, under its own name', () => {
  for (const name of sdkList('TRANSIENT_ERROR_CODES'))
    for (const status of [400, 408])
      expect(classify(aws(name, 'x', status))).toMatchObject({ situation: 'answerLost', type: name });
  for (const status of sdkList('TRANSIENT_ERROR_STATUS_CODES'))
    expect(classify(aws('Brand', 'x', Number(status)))).toMatchObject({ situation: 'answerLost' });
  for (const code of [...sdkList('NODEJS_TIMEOUT_ERROR_CODES'), ...sdkList('NODEJS_NETWORK_ERROR_CODES')])
    expect(classify(Object.assign(new Error('x'), { code }))).toMatchObject({ situation: 'answerLost' });
});

test('what the SDK takes for a clock that is off needs fresh credentials, a denial aside', () => {
  for (const name of sdkList('CLOCK_SKEW_ERROR_CODES').filter((it) => it !== 'AccessDeniedException'))
    expect(classify(aws(name, 'x', 403))).toMatchObject({ situation: 'credentialsStale', type: name });
  expect(classify(aws('AccessDeniedException', 'x', 403))).toMatchObject({ situation: 'permissionMissing' });
  const corrected = withStatus(aws('BrandNewException'), 403);
  Object.assign(corrected, { $metadata: { httpStatusCode: 403, clockSkewCorrected: true } });
  expect(classify(corrected)).toMatchObject({ situation: 'credentialsStale', type: 'BrandNewException' });
});

test('an error that the model of its service calls throttling is throttling, and any HTTP 408 is transient', () => {
  const modelled = Object.assign(aws('BrandNewException'), { $retryable: { throttling: true } });
  expect(classify(modelled)).toMatchObject({ situation: 'throttled', type: 'BrandNewException' });
  expect(classify(aws('BrandNewException', 'x', 408))).toMatchObject({ situation: 'answerLost' });
});

test("AWS's request ID, the status and Retry-After are read off the error", () => {
  const error = aws('ThrottlingException', 'Rate exceeded');
  Object.defineProperty(error, '$response', { value: { headers: { 'retry-after': '7' } } });
  expect(classify(error)).toEqual({
    situation: 'throttled',
    type: 'ThrottlingException',
    detail: 'ThrottlingException: Rate exceeded',
    httpStatus: 400,
    awsRequestId: 'request-1',
    retryAfterMs: 7000,
  });
});

test('whatever is thrown is a row of the table, and says something', () => {
  fc.assert(
    fc.property(fc.anything(), (thrown) => {
      const { situation, type, detail } = classify(thrown);
      expect(Object.keys(FAILURES)).toContain(situation);
      expect(`${type}${detail}`).not.toBe('');
    }),
    { numRuns: 2000 },
  );
});

test('a server error or a network error never stops a run, whatever its name', () => {
  const known = Object.values(FAILURES).flatMap(({ types }) => types as readonly string[]);
  fc.assert(
    fc.property(
      fc.stringMatching(/^[A-Z][A-Za-z]{3,30}$/),
      fc.integer({ min: 500, max: 599 }),
      (name, status) => {
        fc.pre(!known.includes(name));
        const { situation } = classify(aws(name, 'something', status));
        expect(FAILURES[situation].retry).not.toBe('stop');
        const network = classify(Object.assign(new Error('something'), { code: name }));
        expect(FAILURES[network.situation].retry).not.toBe('stop');
      },
    ),
  );
});
