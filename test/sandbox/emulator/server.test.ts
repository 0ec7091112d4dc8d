import { z } from 'zod';
import { startEmulator } from '../../../sandbox';
import { AwsError, jsonProtocol, queryProtocol } from '../../../sandbox/emulator/protocols';
import { operation, type CreateService } from '../../../sandbox/emulator/service';
import { SERVICES } from '../../../sandbox/emulator/server';
import { optional, text } from '../../../sandbox/emulator/validation';

/** What a new service takes: a function like this in a file of its own, and its name in the list of services. */
const createParameterStore: CreateService = ({ faults }) => {
  const parameters = new Map<string, string>();
  const name = text(1, 20, /^[\w/]+$/);
  return {
    protocol: jsonProtocol('AmazonToys'),
    prefix: 'toys',
    throttled: true,
    operations: {
      PutParameter: operation({
        schema: z.strictObject({ Name: name, Value: z.string(), Overwrite: optional(z.boolean()) }),
        perform: ({ Name, Value }, { account }) => {
          parameters.set(`${account} ${Name}`, Value);
          return { Version: 1 };
        },
        details: ({ Name }) => ({ parameters: { name: Name, tags: {} } }),
      }),
      GetParameter: operation({
        schema: z.strictObject({ Name: name }),
        perform: ({ Name }, { account, region }) => {
          if (faults.get(account, 'organizationForbids') === true)
            throw new AwsError('AccessDeniedException', `${region} is closed.`);
          const Value = parameters.get(`${account} ${Name}`);
          if (Value === undefined) throw new AwsError('ParameterNotFound', `There is no ${Name}.`);
          return { Parameter: { Name, Value } };
        },
      }),
    },
    reset: () => {
      parameters.clear();
    },
  };
};

const createTopics: CreateService = () => ({
  protocol: queryProtocol('http://topics.amazonaws.com/doc/2010-03-31/'),
  prefix: 'topics',
  throttled: false,
  operations: {
    CreateTopic: operation({
      schema: z.object({ Name: text(1, 10, /^\w+$/) }),
      perform: ({ Name }, { account, region }) => ({ TopicArn: `arn:aws:sns:${region}:${account}:${Name}` }),
    }),
  },
});

test('a service is a function in a list: its calls are routed, validated, logged, and meet the faults', async () => {
  const emulator = await startEmulator({ port: 0 }, [...SERVICES, createParameterStore, createTopics]);
  const send = async (headers: Record<string, string>, body: string) => {
    const credential = 'Credential=x/20260101/eu-west-1/any/aws4_request';
    const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=00`;
    const answer = await fetch(emulator.url, {
      method: 'POST',
      headers: { authorization, ...headers },
      body,
    });
    return { status: answer.status, text: await answer.text() };
  };
  const toys = (name: string, input: object) =>
    send({ 'x-amz-target': `AmazonToys.${name}` }, JSON.stringify(input));
  try {
    expect(await toys('PutParameter', { Name: 'a', Value: '1' })).toEqual({
      status: 200,
      text: '{"Version":1}',
    });
    expect((await toys('GetParameter', { Name: 'a' })).text).toBe('{"Parameter":{"Name":"a","Value":"1"}}');
    expect((await toys('GetParameter', { Name: 'b' })).text).toContain('ParameterNotFound');
    expect((await toys('GetParameter', { Name: '' })).text).toContain("at 'name' failed to satisfy");
    expect((await toys('ListInstances', {})).text).toContain('UnknownOperationException');
    expect(emulator.calls({ operation: 'PutParameter' })).toEqual([
      expect.objectContaining({
        account: '999999999999',
        parameters: { name: 'a', tags: {} },
        outcome: 'ok',
      }),
    ]);

    const topic = await send({}, 'Action=CreateTopic&Version=2010-03-31&Name=a');
    expect(topic.text).toContain('<TopicArn>arn:aws:sns:eu-west-1:999999999999:a</TopicArn>');
    expect((await send({}, 'Action=CreateTopic')).text).toContain('<Code>ValidationError</Code>');
    expect((await send({}, 'Action=GetCallerIdentity')).text).toContain('https://sts.amazonaws.com/doc/');

    emulator.setFaults({ failNext: [{ operation: 'GetParameter', error: 'html503', times: 1 }] });
    expect((await toys('GetParameter', { Name: 'a' })).status).toBe(503);
    emulator.setFaults({ throttle: { ratePerSecond: 0, burst: 0 } });
    expect((await toys('GetParameter', { Name: 'a' })).text).toContain('Rate exceeded');
    expect((await send({}, 'Action=CreateTopic&Name=a')).status).toBe(200);

    emulator.reset();
    expect((await toys('GetParameter', { Name: 'a' })).text).toContain('ParameterNotFound');
  } finally {
    await emulator.close();
  }
});

test('a port that is taken: the next one, where that is asked for, else an error', async () => {
  const emulator = await startEmulator({ port: 0 });
  await expect(startEmulator({ port: emulator.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  const next = await startEmulator({ port: emulator.port, freePortIfTaken: true });
  expect(next.port).toBeGreaterThan(emulator.port);
  await next.close();
  await emulator.close();
});
