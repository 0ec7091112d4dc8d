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
import { AttemptTooLateError, AwsCallError, WrongAccountError } from '../../../activities/errors/thrown';
import { FAILURES, NON_RETRYABLE_TYPES, type Situation } from '../../../contract';

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
    'nothingSent',
    'NothingSent',
  ],
  [
    'an unknown host',
    Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }),
    'nothingSent',
    'NothingSent',
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
    'ownIdentity',
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
    'credentialsStale',
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
  const notConnected = ['ECONNREFUSED', ...sdkList('NODEJS_NETWORK_ERROR_CODES')];
  for (const code of [...sdkList('NODEJS_TIMEOUT_ERROR_CODES'), ...notConnected]) {
    const situation = notConnected.includes(code) ? 'nothingSent' : 'answerLost';
    expect(classify(Object.assign(new Error('x'), { code }))).toMatchObject({ situation });
  }
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

describe('text that AWS quotes back is not its verdict', () => {
  const phrases = [
    'Rate exceeded',
    'There are too many requests processing. Please try again later.',
    'Too many requests',
    'with an explicit deny in a service control policy',
    'Organization management account is not allowed to perform the operation.',
    'The organization management account (394530725171) does not allow its members to create instances.',
  ];
  const quoted = phrases.flatMap((phrase) => [
    `1 validation error detected: Value '${phrase}' at 'tags.1.member.value' failed to satisfy constraint`,
    `The tag value ${phrase} is not valid.`,
    `"${phrase}" is not allowed here.`,
  ]);

  test.each<[string, Situation]>([
    ['ValidationException', 'invalidParameter'],
    ['ValidationError', 'invalidParameter'],
    ['ConflictException', 'conflict'],
    ['ServiceQuotaExceededException', 'quotaExceeded'],
    ['IdempotentParameterMismatch', 'parameterMismatch'],
    ['InternalServerException', 'answerLost'],
    ['BrandNewException', 'refused'],
    ['AccessDeniedException', 'permissionMissing'],
  ])('in a %s', (name, situation) => {
    const unanchored = quoted.filter(
      (said) => name !== 'AccessDeniedException' || !said.startsWith('The tag'),
    );
    for (const said of unanchored)
      expect([said, classify(aws(name, said)).situation]).toEqual([said, situation]);
  });

  test.each<[string, Situation]>([
    ['ValidationException', 'invalidParameter'],
    ['ConflictException', 'conflict'],
    ['OptInRequired', 'notSubscribed'],
  ])('"Rate exceeded" under the known name %s', (name, situation) => {
    expect(classify(aws(name, 'Rate exceeded'))).toMatchObject({ situation, type: name });
  });

  test.each(['ServiceException', 'BrandNewException'])(
    '"Rate exceeded" under the unknown name %s',
    (name) => {
      expect(classify(aws(name, 'Rate exceeded')).situation).toBe('throttled');
      expect(classify(aws(name, 'Too many requests, slow down')).situation).toBe('throttled');
    },
  );
});

describe('a server that failed has refused nothing, whatever it calls that', () => {
  const names = Object.values(FAILURES).flatMap(({ types }) => types as readonly string[]);
  test.each([500, 502, 503, 504, 599, 408])('HTTP %d', (status) => {
    for (const name of names) {
      const { situation, type } = classify(aws(name, 'x', status));
      expect([name, FAILURES[situation].retry]).not.toEqual([name, 'stop']);
      // Temporal stops at these types, whatever the activity says.
      expect(NON_RETRYABLE_TYPES).not.toContain(type);
    }
  });
});

test.each([
  ...['ThrottlingError', 'ThrottledRequestException', 'TooManyRequestsError', 'SlowDownException'],
  ...['RateExceededException', 'KMSThrottlingException'],
])('%s, which no list has, is throttling by its name', (name) => {
  expect(classify(aws(name))).toMatchObject({ situation: 'throttled', type: name });
});

test.each([
  ...['RequestTimeoutError', 'RequestTimedOutException', 'RequestAbortedException', 'InternalError'],
  ...['InternalServerError', 'InternalFailure', 'InternalServiceException', 'ServiceUnavailableException'],
])('%s is transient by its name, even as a 400', (name) => {
  expect(classify(aws(name))).toMatchObject({ situation: 'answerLost', type: name });
});

test('an error that its model says may be tried again is transient', () => {
  const error = Object.assign(aws('BrandNewException'), { $retryable: {} });
  expect(classify(error)).toMatchObject({ situation: 'answerLost' });
});

describe("the worker's own identity", () => {
  const signIn = (error: unknown) => classify(new AwsCallError('AssumeRole', error));

  test.each([
    ...['IDPCommunicationError', 'IDPCommunicationErrorException', 'IDPRejectedClaim'],
    ...['IDPRejectedClaimException', 'InvalidIdentityToken', 'InvalidIdentityTokenException'],
    ...['InvalidClientTokenId', 'ExpiredToken', 'ExpiredTokenException', 'UnrecognizedClientException'],
    ...['MissingAuthenticationToken', 'MissingAuthenticationTokenException'],
  ])('%s of STS', (name) => {
    expect(signIn(aws(name, 'x', 400))).toMatchObject({ situation: 'ownIdentity', type: name });
  });

  test.each([
    ['CredentialsProviderError', 'Could not load credentials from any providers'],
    ['CredentialsProviderError', 'The SSO session associated with this profile has expired.'],
    ['CredentialsProviderError', 'Command failed: vault exec (credential_process)'],
    ['TokenProviderError', 'Token is expired. To refresh this SSO session run aws sso login'],
    ['ProviderError', 'Unable to connect to instance metadata service'],
  ])('%s: %s', (name, message) => {
    const error = Object.assign(new Error(message), { name });
    expect(signIn(error)).toMatchObject({ situation: 'ownIdentity' });
    expect(classify(error)).toMatchObject({ situation: 'ownIdentity' });
  });

  test('a web identity that STS does not take is not a role that refuses', () => {
    const said = 'Not authorized to perform sts:AssumeRoleWithWebIdentity';
    expect(signIn(aws('AccessDenied', said, 403)).situation).toBe('ownIdentity');
    expect(signIn(aws('AccessDenied', 'not authorized to perform: sts:AssumeRole', 403)).situation).toBe(
      'roleRefused',
    );
  });

  test('the account that is signed in to is another matter: its session is stale', () => {
    for (const name of ['ExpiredTokenException', 'UnrecognizedClientException'])
      expect(classify(new AwsCallError('CreateInstance', aws(name))).situation).toBe('credentialsStale');
  });

  test('a clock that is off is one at STS too', () => {
    for (const name of ['RequestExpired', 'SignatureDoesNotMatch', 'RequestTimeTooSkewed'])
      expect(signIn(aws(name, 'x', 403)).situation).toBe('credentialsStale');
  });

  test('STS that does not answer leaves nothing open', () => {
    for (const error of [withStatus(new SyntaxError('<'), 503), aws('InternalFailure', 'x', 500)])
      expect(signIn(error).situation).toBe('notSignedIn');
  });

  test.each(['RegionDisabledException', 'RegionDisabled'])('%s: not enabled yet', (name) => {
    expect(signIn(aws(name, 'STS is not activated in this region', 403)).situation).toBe('notSubscribed');
  });
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
