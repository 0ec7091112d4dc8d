import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { emulatorSettings, startEmulator, type Emulator } from '../../../../sandbox';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ port: 0 });
});
afterAll(() => emulator.close());

const config = (region = 'eu-west-1') => ({
  region,
  endpoint: emulator.url,
  credentials: emulatorSettings('').credentials,
  maxAttempts: 1,
});

test('SNS takes a message for a topic, and for a FIFO topic one with a group', async () => {
  const sns = new SNSClient(config());
  const TopicArn = 'arn:aws:sns:eu-west-1:999999999999:runs';
  const MessageAttributes = { type: { DataType: 'String', StringValue: 'run.failed' } };
  const Message = '{"a":"ü & <b>"}';
  const { MessageId } = await sns.send(new PublishCommand({ TopicArn, Message, MessageAttributes }));
  expect(MessageId).toMatch(/^[\da-f-]{36}$/);
  expect(emulator.calls({ operation: 'Publish' })).toMatchObject([{ target: TopicArn, sent: Message }]);
  const fifo = { TopicArn: `${TopicArn}.fifo`, Message };
  await expect(sns.send(new PublishCommand(fifo))).rejects.toThrow('MessageGroupId parameter is required');
  await sns.send(new PublishCommand({ ...fifo, MessageGroupId: 'a', MessageDeduplicationId: 'b' }));
});

test('EventBridge refuses an entry by itself, in an answer that is well', async () => {
  const events = new EventBridgeClient(config());
  const EventBusName = 'arn:aws:events:eu-west-1:999999999999:event-bus/platform';
  const entry = { EventBusName, Source: 'here', DetailType: 'Run', Detail: '{"a":1}', Time: new Date() };
  const answer = await events.send(
    new PutEventsCommand({ Entries: [entry, { ...entry, Detail: 'no JSON' }] }),
  );
  expect(answer).toMatchObject({
    FailedEntryCount: 1,
    Entries: [{ EventId: expect.any(String) as unknown }, { ErrorCode: 'MalformedDetail' }],
  });
  expect(emulator.calls({ operation: 'PutEvents' })).toMatchObject([
    { target: EventBusName, sent: '{"a":1}' },
  ]);
});

test('SSM keeps a parameter for each Region, overwrites it when asked to, and takes 4 KB', async () => {
  const ssm = new SSMClient(config());
  const put = (Value: string, Overwrite = false) =>
    ssm.send(new PutParameterCommand({ Name: '/a/b', Value, Type: 'String', Overwrite }));
  expect(await put('one')).toMatchObject({ Version: 1 });
  await expect(put('two')).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
  expect(await put('two', true)).toMatchObject({ Version: 2 });
  const get = new GetParameterCommand({ Name: '/a/b' });
  expect(await ssm.send(get)).toMatchObject({ Parameter: { Value: 'two', Version: 2, Type: 'String' } });
  await expect(new SSMClient(config('us-east-1')).send(get)).rejects.toMatchObject({
    name: 'ParameterNotFound',
  });
  await expect(put('x'.repeat(4_097), true)).rejects.toThrow('4096');
  emulator.reset();
  await expect(ssm.send(get)).rejects.toMatchObject({ name: 'ParameterNotFound' });
});

test('faults are for their operations as well', async () => {
  emulator.setFaults({
    failNext: [{ operation: 'Publish', error: 'AuthorizationError', status: 403, times: 1 }],
  });
  const publish = new PublishCommand({ TopicArn: 'arn:aws:sns:eu-west-1:999999999999:a', Message: 'm' });
  await expect(new SNSClient(config()).send(publish)).rejects.toThrow('AuthorizationError');
});
