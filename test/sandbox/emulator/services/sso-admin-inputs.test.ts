import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import fc from 'fast-check';
import { emulatorSettings, startEmulator, type Emulator } from '../../../../sandbox';
import { freshAccount } from '../../../support/harness';

let emulator: Emulator;
let authorization: string;
let account: string;

beforeAll(async () => {
  emulator = await startEmulator({ port: 0 });
  emulator.setFaults({ creationMs: 0, deletionMs: 0 });
  account = freshAccount();
  const sts = new STSClient({
    region: 'us-east-1',
    endpoint: emulator.url,
    credentials: emulatorSettings('').credentials,
  });
  const role = { RoleArn: `arn:aws:iam::${account}:role/x`, RoleSessionName: 'test' };
  const { Credentials: issued } = await sts.send(new AssumeRoleCommand(role));
  authorization = signedWith(issued?.AccessKeyId);
});
afterAll(() => emulator.close());

function signedWith(accessKeyId = ''): string {
  return `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/eu-west-1/sso/aws4_request, SignedHeaders=host, Signature=00`;
}

interface Answer {
  status: number;
  requestId: string | null;
  body: { __type?: string; Message?: string; InstanceArn?: string };
}

async function send(operation: string, input: unknown, raw?: string): Promise<Answer> {
  const response = await fetch(emulator.url, {
    method: 'POST',
    headers: {
      authorization,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `SWBExternalService.${operation}`,
    },
    body: raw ?? JSON.stringify(input),
  });
  const body = (await response.json()) as Answer['body'];
  return { status: response.status, requestId: response.headers.get('x-amzn-requestid'), body };
}

const tag = (Key: unknown, Value: unknown = 'v') => ({ Tags: [{ Key, Value }] });
const tags = (count: number) => ({
  Tags: Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: '' })),
});
const ARN = 'arn:aws:sso:::instance/ssoins-0123456789abcdef';

test.each<[string, string, unknown, string]>([
  ['an empty token', 'CreateInstance', { ClientToken: '' }, 'ValidationException'],
  ['a token of 65 characters', 'CreateInstance', { ClientToken: 'x'.repeat(65) }, 'ValidationException'],
  ['a token with a space', 'CreateInstance', { ClientToken: 'a b' }, 'ValidationException'],
  ['a name of 256 characters', 'CreateInstance', { Name: 'x'.repeat(256) }, 'ValidationException'],
  ['a name with a space', 'CreateInstance', { Name: 'a b' }, 'ValidationException'],
  ['76 tags', 'CreateInstance', tags(76), 'ValidationException'],
  ['an empty tag key', 'CreateInstance', tag(''), 'ValidationException'],
  ['a tag key of 129 characters', 'CreateInstance', tag('x'.repeat(129)), 'ValidationException'],
  ['a tag value of 257 characters', 'CreateInstance', tag('k', 'x'.repeat(257)), 'ValidationException'],
  ['a tag key with a #', 'CreateInstance', tag('#'), 'ValidationException'],
  ['a tag without a value', 'CreateInstance', { Tags: [{ Key: 'k' }] }, 'ValidationException'],
  [
    'a tag key twice',
    'CreateInstance',
    { Tags: [...tag('k').Tags, ...tag('k').Tags] },
    'ValidationException',
  ],
  ['an unknown member', 'CreateInstance', { Colour: 'red' }, 'ValidationException'],
  ['a number for a name', 'CreateInstance', { Name: 7 }, 'SerializationException'],
  ['a text for tags', 'CreateInstance', { Tags: 'k=v' }, 'SerializationException'],
  ['a list for the input', 'CreateInstance', [], 'SerializationException'],
  ['no ARN', 'DescribeInstance', {}, 'ValidationException'],
  [
    'an ARN of something else',
    'DescribeInstance',
    { InstanceArn: 'arn:aws:s3:::a-bucket-of-mine' },
    'ValidationException',
  ],
  ['0 results a page', 'ListInstances', { MaxResults: 0 }, 'ValidationException'],
  ['101 results a page', 'ListInstances', { MaxResults: 101 }, 'ValidationException'],
  ['half a result a page', 'ListInstances', { MaxResults: 0.5 }, 'SerializationException'],
  ['an unknown RegionScope', 'ListInstances', { RegionScope: 'MARS' }, 'ValidationException'],
  ['no tag keys', 'UntagResource', { ResourceArn: ARN, TagKeys: [] }, 'ValidationException'],
  ['an unknown operation', 'CreateEverything', {}, 'UnknownOperationException'],
])('%s is refused, and nothing is made', async (_name, operation, input, code) => {
  const { status, body, requestId } = await send(operation, input);
  expect({ status, code: body.__type }).toEqual({ status: 400, code });
  expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(emulator.instances()).toHaveLength(0);
});

test('several problems are told at once, each with its member', async () => {
  const { body } = await send('CreateInstance', { Name: 'a b', ClientToken: '' });
  expect(body.Message).toMatch(/^\d validation errors detected: /);
  expect(body.Message).toContain("at 'name'");
  expect(body.Message).toContain("at 'clientToken'");
});

test('what is within the limits is made, what is not is refused', async () => {
  const name = fc.string({ maxLength: 300 });
  // Its own key is the management account's, which is refused after the input is found valid.
  authorization = signedWith('AKIAMANAGEMENT');
  await fc.assert(
    fc.asyncProperty(name, fc.string({ maxLength: 80 }), async (Name, ClientToken) => {
      emulator.reset();
      const { body } = await send('CreateInstance', { Name, ClientToken });
      const valid = /^[\w+=,.@-]{1,255}$/.test(Name) && /^[!-~]{1,64}$/.test(ClientToken);
      expect(body.__type).toBe(valid ? 'AccessDeniedException' : 'ValidationException');
    }),
    { numRuns: 300 },
  );
});

test('no body, however broken, ends it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ maxLength: 200, unit: 'binary' }), async (raw) => {
      expect((await send('CreateInstance', undefined, raw)).status).toBeGreaterThanOrEqual(400);
    }),
    { numRuns: 300 },
  );
  await expect(send('ListInstances', {})).resolves.toMatchObject({ status: 200 });
});
