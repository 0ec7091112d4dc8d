import { readMessage } from '../../../pipelines/queue/message';
import { readQueueUrl } from '../../../pipelines/queue';

const read = (body: unknown) => readMessage(typeof body === 'string' ? body : JSON.stringify(body));
const ACCOUNT = '111122223333';

test('a task brings an event or an account; what is wrong with one is told to its state machine', () => {
  expect(read({ taskToken: 't', event: { source: 'x' } })).toEqual({
    task: { taskToken: 't', event: { event: { source: 'x' } } },
  });
  expect(read({ taskToken: 't', accountId: ACCOUNT })).toEqual({
    task: { taskToken: 't', accountId: ACCOUNT, request: {} },
  });
  const PROBLEMS: [object, RegExp][] = [
    [{}, /event/],
    [{ event: {}, accountId: ACCOUNT }, /must bring an event, or an accountId/],
    [{ accountId: 111122223333 }, /accountId: must be a text/],
    [{ event: {}, request: {} }, /must bring an event, or an accountId/],
    [{ accountId: ACCOUNT, acountId: ACCOUNT }, /acountId/],
    [{ event: [{}, {}] }, /one event/],
  ];
  for (const [task, problem] of PROBLEMS)
    expect(read({ taskToken: 't', ...task })).toEqual({
      task: { taskToken: 't', problem: expect.stringMatching(problem) as string },
    });
});

test.each([['{"taskToken": 5}'], ['{"taskToken": ""}'], ['null'], ['{'], [''], ['[]']])(
  'what has no token is an event, whatever it is: %s',
  (body) => {
    expect(read(body)).toHaveProperty('deliveries');
  },
);

test.each([
  ['https://sqs.eu-west-1.amazonaws.com/999999999999/accounts.fifo', 'eu-west-1'],
  ['https://sqs.cn-north-1.amazonaws.com.cn/999999999999/accounts', 'cn-north-1'],
  ['https://sqs-fips.us-gov-west-1.amazonaws.com/999999999999/accounts', 'us-gov-west-1'],
  ['https://vpce-0a1b-2c.sqs.us-east-2.vpce.amazonaws.com/999999999999/accounts', 'us-east-2'],
  ['http://127.0.0.1:4599/999999999999/accounts', undefined],
])('the URL of a queue says where it is: %s', (url, region) => {
  expect(readQueueUrl(url)).toMatchObject({ accountId: '999999999999', ...(region && { region }) });
});

test.each([
  ['arn:aws:sqs:eu-west-1:999999999999:accounts'],
  ['https://sqs/accounts'],
  ['https://a@b/999999999999/c'],
])('what is no URL of a queue: %s', (url) => {
  expect(readQueueUrl(url)).toBeUndefined();
});
