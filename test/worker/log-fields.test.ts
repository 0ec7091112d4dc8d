import { runInNewContext } from 'node:vm';
import { ApplicationFailure } from '@temporalio/common';
import { logFields } from '../../worker/log-fields';

const TOKEN = `IQoJb3JpZ2luX2VjE${'A'.repeat(60)}`;

/** An error as the SDK of AWS throws it, with the request and the answer. */
function awsError(message: string): Error {
  return Object.assign(new Error(message), {
    name: 'AccessDeniedException',
    $fault: 'client',
    $metadata: { requestId: 'req-1', httpStatusCode: 403 },
    $response: { headers: { 'x-amz-security-token': TOKEN } },
    request: { headers: { authorization: `AWS4-HMAC-SHA256 Credential=AKIA/x, Signature=abc${TOKEN}` } },
  });
}

/** What gets into a line, as JSON makes it. */
function line(meta: Record<string, unknown>): Record<string, unknown> {
  const text = JSON.stringify(logFields(meta));
  expect(text).not.toContain(TOKEN);
  return JSON.parse(text) as Record<string, unknown>;
}

test.each(['error', 'err', 'reason', 'anything'])('an error under %s has words', (key) => {
  expect(line({ [key]: new TypeError('no such method') })).toMatchObject({
    [key]: { type: 'TypeError', message: 'no such method', stack: expect.arrayContaining([]) as unknown },
  });
});

test('an error of AWS gives its name, its words and its request ID, and neither request nor stack', () => {
  expect(line({ error: awsError(`denied: x-amz-security-token: ${TOKEN}`) })['error']).toEqual({
    type: 'AccessDeniedException',
    message: 'denied: x-amz-security-token: (hidden)',
    awsRequestId: 'req-1',
    httpStatus: 403,
  });
});

test('a failure of a run gives its type; its causes are told, however deep', () => {
  const cause = ApplicationFailure.create({
    type: 'ThrottlingException',
    message: 'Rate exceeded',
    cause: awsError('denied'),
  });
  const error = ApplicationFailure.create({ type: 'CreateTimeout', message: 'Account 1: no answer', cause });
  expect(line({ error })['error']).toEqual({
    type: 'CreateTimeout',
    message: 'Account 1: no answer',
    cause: {
      type: 'ThrottlingException',
      message: 'Rate exceeded',
      cause: { type: 'AccessDeniedException', message: 'denied', awsRequestId: 'req-1', httpStatus: 403 },
    },
  });
});

test('an error of the workflow sandbox is an error too', () => {
  expect(line({ error: runInNewContext('new RangeError("from elsewhere")') })['error']).toMatchObject({
    type: 'RangeError',
    message: 'from elsewhere',
  });
});

test('a failure that came from another thread, and lost its type there, has that of its class and no stack', () => {
  const error = structuredClone(
    ApplicationFailure.create({ type: 'Aborted', message: 'Account 1: aborted' }),
  );
  expect(line({ error })['error']).toEqual({ type: 'ApplicationFailure', message: 'Account 1: aborted' });
});

test('errors are found in lists and objects, and those of an AggregateError are told', () => {
  const error = new AggregateError([new Error('first'), new Error('second')], 'both');
  expect(line({ status: { errors: [new Error('inner')] }, error })).toMatchObject({
    status: { errors: [{ message: 'inner' }] },
    error: { message: 'both', errors: [{ message: 'first' }, { message: 'second' }] },
  });
});

test('what loops, is huge, or throws where it is looked at does not stop a line', () => {
  const looped: Record<string, unknown> = { count: 1n, buffer: Buffer.alloc(5), when: new Date(0) };
  looped['self'] = looped;
  const error = new Error('looped');
  error.cause = error;
  const trap = Object.defineProperty({}, 'bad', {
    enumerable: true,
    get: () => {
      throw new Error('not to be read');
    },
  });
  expect(line({ looped, error, trap, text: 'x'.repeat(1_000_000) })).toMatchObject({
    looped: { count: '1', buffer: '(5 bytes)', when: '1970-01-01T00:00:00.000Z', self: '(circular)' },
    error: { message: 'looped', cause: '(circular)' },
    trap: {},
    text: expect.stringMatching(/^x{2000}…$/) as unknown,
  });
});

test.each([
  ['a key that names a secret', { credentials: { sessionToken: TOKEN, secretAccessKey: TOKEN } }],
  ['a header', { request: { headers: { Authorization: `Bearer ${TOKEN}`, 'x-amz-security-token': TOKEN } } }],
  ['a text', { detail: `metadata: {"authorization": "Bearer ${TOKEN}"}` }],
  ['a key of Temporal', { options: { apiKey: TOKEN } }],
])('%s is hidden', (_name, meta) => {
  line(meta);
});

test('the account of a workflow ID is told, and the token of a task is not', () => {
  expect(line({ workflowId: 'identity-center/111122223333', taskToken: 'CiQyM' })).toEqual({
    accountId: '111122223333',
    workflowId: 'identity-center/111122223333',
  });
  expect(line({ workflowId: 'identity-center-fleet/all' })).not.toHaveProperty('accountId');
});
