import {
  failureMessage,
  NON_RETRYABLE_TYPES,
  SITUATIONS,
  whatHappened,
  type SituationName,
} from '../../contract';

const names = Object.keys(SITUATIONS) as SituationName[];

test.each([
  'ValidationException',
  'IdempotentParameterMismatch',
  'ConflictException',
  'ServiceQuotaExceededException',
  'WrongAccount',
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
    const { meaning, remedy } = SITUATIONS[situation];
    expect(message).toBe(
      `Account 111122223333: CreateInstance: ${meaning}: SomeException: in two lines (request abc-1). ${remedy}`,
    );
    expect(remedy).toMatch(/^[A-Z].{15,}\.$/);
  },
);

test('what happened is the message without the account and the remedy, and otherwise as it was', () => {
  const message = 'Account 111122223333: it broke. Mend it.';
  expect(whatHappened({ type: 'X', message, remedy: 'Mend it.' })).toBe('it broke.');
  expect(whatHappened({ type: 'X', message: 'it is not ACTIVE yet' })).toBe('it is not ACTIVE yet');
});
