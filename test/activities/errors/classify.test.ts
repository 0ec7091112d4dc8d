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
