import {
  failureMessage,
  NON_RETRYABLE_TYPES,
  FAILURES,
  nextStep,
  whatHappened,
  type Situation,
} from '../../../contract';

const names = Object.keys(FAILURES) as Situation[];

test.each([
  'ValidationException',
  'IdempotentParameterMismatch',
  'ConflictException',
  'ServiceQuotaExceededException',
  'WrongAccount',
  'AccountNotAllowed',
  'InvalidRequest',
])('%s is never tried again', (type) => {
  expect(NON_RETRYABLE_TYPES).toContain(type);
});

test.each([
  'ThrottlingException',
  'AnswerLost',
  'InternalServerException',
  'ExpiredTokenException',
  'AccessDenied',
  'OptInRequired',
  'AccessDeniedException',
])('%s does not stop by its type alone', (type) => {
  expect(NON_RETRYABLE_TYPES).not.toContain(type);
});

test.each(names)(
  '%s: one line with the account, what happened, the request ID and the next step',
  (situation) => {
    const message = failureMessage({
      accountId: '111122223333',
      situation,
      operation: 'CreateInstance',
      detail: 'SomeException: in\ntwo lines.',
      awsRequestId: 'abc-1',
    });
    const { meaning, remedy } = FAILURES[situation];
    expect(message).toBe(
      `Account 111122223333: CreateInstance: ${meaning}: SomeException: in two lines (request abc-1). ${remedy}`,
    );
    expect(remedy).toMatch(/^[A-Z].{15,}\.$/);
  },
);

test('the message is the account, what happened and the next step of where it is read', () => {
  const parts = { accountId: '111122223333', situation: 'invalidParameter', detail: 'Name' } as const;
  const { meaning, remedy, remedyInHold } = FAILURES.invalidParameter;
  expect(whatHappened(parts)).toBe(`${meaning}: Name.`);
  expect(failureMessage(parts)).toBe(`Account 111122223333: ${meaning}: Name. ${remedy}`);
  expect(failureMessage(parts, 'hold')).toBe(`Account 111122223333: ${meaning}: Name. ${remedyInHold}`);
});

test.each(names)('%s: held, it is retried and not started again', (situation) => {
  expect(nextStep({ situation }, 'hold')).not.toMatch(/start the run again/i);
});
