import assert from 'node:assert/strict';
import { connect } from 'node:net';
import fc from 'fast-check';
import { startEmulator, type Emulator } from '../../sandbox';
import { assertOneLine, fuzz, RUNS } from './fuzz';
import { assertXml, httpClient, type HttpAnswer, type HttpRequest } from './http';
import { mutated, mutatedText } from './mutate';
import { bodyOf, credential, formCalls, jsonCalls, jsonOf } from './aws-calls';

const BATCH = 50;
const accounts = Array.from({ length: 100 }, (_, index) => String(100_000_000_000 + index));

let emulator: Emulator;
let client: ReturnType<typeof httpClient>;
let keys: string[];
beforeAll(async () => {
  emulator = await startEmulator({ port: 0 });
  emulator.setFaults({ creationMs: 0, deletionMs: 0 });
  client = httpClient(emulator.port);
  keys = await Promise.all(accounts.map(assumeRole));
});
afterAll(async () => {
  client.close();
  await emulator.close();
});

async function assumeRole(account: string): Promise<string> {
  const body = `Action=AssumeRole&Version=2011-06-15&RoleArn=arn:aws:iam::${account}:role/x&RoleSessionName=fuzz`;
  const answer = await client.send({
    method: 'POST',
    path: '/',
    headers: { authorization: credential('x') },
    body,
  });
  return /<AccessKeyId>(\w+)</.exec(answer.body)![1]!;
}

const isMissing = (value: unknown) => value === undefined || value === null;

/** Whether a CreateInstance is within AWS's limits, told without the emulator's model. */
function isValidCreate(text: string): boolean {
  const input = JSON.parse(text) as Record<string, unknown>;
  const { ClientToken: token, Name: name, Tags: tags, ...rest } = input;
  const textOf = (value: unknown, pattern: RegExp) =>
    isMissing(value) || (typeof value === 'string' && pattern.test(value));
  return (
    Object.keys(rest).length === 0 &&
    textOf(token, /^[!-~]{1,64}$/) &&
    textOf(name, /^[A-Za-z0-9_+=,.@-]{1,255}$/) &&
    (isMissing(tags) ||
      (Array.isArray(tags) &&
        tags.length <= 75 &&
        tags.every(
          ({ Key, Value }: { Key?: unknown; Value?: unknown }) =>
            typeof Key === 'string' &&
            Key !== '' &&
            typeof Value === 'string' &&
            textOf(Key + Value, /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u),
        )))
  );
}

/** An answer that an SDK can read, and that is not one of a bug. */
function assertAnswer({ method, path, body }: HttpRequest, { status, type, body: text }: HttpAnswer): void {
  assert.ok(status === 200 || (status >= 400 && status < 500), `status ${status}: ${text.slice(0, 300)}`);
  if (method === 'HEAD') return;
  if (type === 'text/xml') {
    assertXml(text);
    assert.match(
      text,
      status === 200 ? /<ResponseMetadata><RequestId>/ : /<Code>[^<]+<\/Code><Message>[^<]+</,
    );
    return;
  }
  assert.match(type, /^application\/(x-amz-json-1\.1|json)$/);
  const answer = JSON.parse(text) as { __type?: string; Message?: string; problems?: { message: string }[] };
  if (status === 200) return;
  const message = answer.Message ?? answer.problems?.map((problem) => problem.message).join('; ') ?? '';
  // Unless it is quoted from the request.
  if (!/undefined|object/.test(`${path}${body.toString()}`))
    assert.doesNotMatch(message, /undefined|\[object/);
  assert.ok(message.length > 0 && message.length < 30_000, `a message of ${message.length} characters`);
  if (answer.problems === undefined) assert.match(answer.__type ?? '', /^[A-Z]\w+$/);
}

test('whatever is sent to AWS’s side: a well-formed answer that is no bug’s, and no instance by a request that is not valid', async () => {
  const made = new Set<string>();
  let [refused, byHead] = [0, 0];
  await fuzz(
    fc.array(fc.oneof({ weight: 5, arbitrary: jsonCalls(keys) }, { weight: 1, arbitrary: formCalls(keys) }), {
      minLength: BATCH,
      maxLength: BATCH,
    }),
    async (batch) => {
      await Promise.all(
        batch.map(async ({ request, operation }) => {
          try {
            const answer = await client.send(request);
            assertAnswer(request, answer);
            if (answer.status !== 200) refused += 1;
            else if (operation.trim() === 'SWBExternalService.CreateInstance') {
              assert.ok(isValidCreate(request.body.toString()), 'made by a request that is not valid');
              if (request.method === 'HEAD') byHead += 1;
              else made.add((JSON.parse(answer.body) as { InstanceArn: string }).InstanceArn);
            }
          } catch (error) {
            throw new Error(`${(error as Error).message}; sent ${JSON.stringify(request).slice(0, 700)}`);
          }
        }),
      );
    },
    { runs: RUNS / BATCH, shrink: false },
  );
  for (const { name, accountId, tags } of emulator.instances()) {
    expect(accounts).toContain(accountId);
    if (name !== undefined) expect(name).toMatch(/^[\w+=,.@-]{1,255}$/);
    expect(Object.keys(tags).length).toBeLessThanOrEqual(75);
  }
  // Each instance is one that a valid request was told of, or, by HEAD, not told of.
  const untold = emulator.instances().filter((it) => !made.has(it.instanceArn));
  expect(untold.length).toBeLessThanOrEqual(byHead);
  expect(made.size).toBeGreaterThan(0);
  expect(refused).toBeGreaterThan(RUNS / 10);
});

const faults = {
  accounts: ['333333333333'],
  throttle: { ratePerSecond: 5, burst: 5 },
  failNext: [
    {
      operation: 'CreateInstance',
      error: 'html503',
      message: 'x',
      status: 503,
      retryAfterSeconds: 1,
      times: 2,
    },
  ],
  loseResponse: { operation: 'CreateInstance', times: 1 },
  latencyMs: 10,
  creationMs: 1000,
  createFails: 'reason',
  errorRate: 0.5,
  existsError: 'ConflictException',
};

test('whatever is sent to its own interface: JSON that says what is wrong, and a reset brings it back', async () => {
  const other = await startEmulator({ port: 0 });
  const control = httpClient(other.port);
  const path = fc.oneof(
    fc.constantFrom(
      '/_emulator/faults',
      '/_emulator/faults',
      '/_emulator/calls',
      '/_emulator/instances?deleted=true',
      '/_emulator',
    ),
    mutatedText(
      fc.constantFrom(
        '/_emulator/calls?account=111122223333&operation=x',
        '/_emulator/faults',
        '/_emulator/',
      ),
    ),
  );
  const sample = fc.record({
    method: fc.constantFrom('PUT', 'PUT', 'PUT', 'GET', 'DELETE', 'POST', 'HEAD'),
    path: path.map((text) => text.replace(/[^\x21-\x7e]/g, '') || '/'),
    headers: fc.constantFrom({}, {}, {}, { host: 'evil.example' }),
    body: fc.oneof(
      mutated(fc.constant(faults)).map(jsonOf),
      mutatedText(fc.constant(JSON.stringify(faults))),
      bodyOf(faults),
    ),
  });
  await fuzz(
    fc.array(sample, { minLength: BATCH, maxLength: BATCH }),
    async (batch) => {
      for (const request of batch) {
        // A path that was cut before the name is AWS's, and meets the faults that were set.
        if (!request.path.startsWith('/_emulator')) continue;
        const answer = await control.send(request);
        try {
          assertAnswer(request, answer);
          if ('host' in request.headers) assert.equal(answer.status, 403);
        } catch (error) {
          throw new Error(`${(error as Error).message}; sent ${JSON.stringify(request).slice(0, 700)}`);
        }
      }
    },
    { runs: RUNS / BATCH, shrink: false },
  );
  expect((await control.send({ method: 'DELETE', path: '/_emulator', headers: {}, body: '' })).status).toBe(
    200,
  );
  const headers = { authorization: credential('x'), 'x-amz-target': 'SWBExternalService.ListInstances' };
  const list = { method: 'POST', path: '/', headers, body: '{}' };
  expect(await control.send(list)).toMatchObject({ status: 200, body: '{"Instances":[]}' });
  control.close();
  await other.close();
});

test('no bytes on the wire end it: cut, doubled and stained requests', async () => {
  const raw = `POST / HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: ${credential('x')}\r\nx-amz-target: SWBExternalService.CreateInstance\r\ncontent-length: 13\r\n\r\n{"Name":"ab"}`;
  await fuzz(
    mutatedText(mutatedText(fc.constant(raw))),
    (bytes) =>
      new Promise<void>((resolve) => {
        const socket = connect(emulator.port, '127.0.0.1', () => socket.end(bytes, 'latin1'));
        socket.on('close', () => {
          resolve();
        });
        socket.on('error', () => undefined).resume();
      }),
    { runs: Math.min(RUNS / 10, 2000), shrink: false },
  );
  const tooMuch = {
    method: 'POST',
    path: '/',
    headers: { authorization: credential('x') },
    body: 'x'.repeat(1024 * 1024 + 1),
  };
  expect((await client.send(tooMuch)).status).toBe(413);
});

test('after all of it a CreateInstance that is valid is carried out', async () => {
  const account = '444455556666';
  const headers = {
    authorization: credential(await assumeRole(account)),
    'x-amz-target': 'SWBExternalService.CreateInstance',
  };
  const answer = await client.send({ method: 'POST', path: '/', headers, body: '{"Name":"after"}' });
  expect(answer.status).toBe(200);
  expect(emulator.instances().filter((it) => it.accountId === account)).toMatchObject([
    { name: 'after', status: 'ACTIVE' },
  ]);
  assertOneLine(answer.body, 200);
});
