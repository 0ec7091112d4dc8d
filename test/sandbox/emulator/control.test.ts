import { request } from 'node:http';
import { startEmulator, type Emulator } from '../../../sandbox';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ port: 0 });
});
afterAll(() => emulator.close());

const listInstances = () =>
  fetch(emulator.url, {
    method: 'POST',
    headers: {
      authorization:
        'AWS4-HMAC-SHA256 Credential=x/20260101/eu-west-1/sso/aws4_request, SignedHeaders=host, Signature=00',
      'x-amz-target': 'SWBExternalService.ListInstances',
    },
    body: '{}',
  });

test('faults that are wrong are refused with their fields', async () => {
  const response = await fetch(`${emulator.url}/_emulator/faults`, {
    method: 'PUT',
    body: JSON.stringify({ latencyMs: 'slow', weather: 'bad' }),
  });
  expect(response.status).toBe(400);
  expect(JSON.stringify(await response.json())).toMatch(/latencyMs.*weather/);
});

test('faults are set, calls and instances read, and everything forgotten, over HTTP', async () => {
  const control = (method: string, path: string, body?: string) =>
    fetch(`${emulator.url}/_emulator${path}`, { method, body: body ?? null });
  const failNext = [{ operation: 'ListInstances', error: 'InternalServerException', times: 1 }];
  expect((await control('PUT', '/faults', JSON.stringify({ failNext }))).status).toBe(200);
  expect((await listInstances()).status).toBe(500);
  const calls = await (await control('GET', '/calls?operation=ListInstances')).json();
  expect(calls).toContainEqual(
    expect.objectContaining({ operation: 'ListInstances', outcome: 'InternalServerException' }),
  );
  expect(await (await control('GET', '/instances')).json()).toEqual([]);
  expect((await control('DELETE', '')).status).toBe(200);
  expect(await (await control('GET', '/calls')).json()).toEqual([]);
});

test('what is set is shown as it could be set again; an account has only what was put for it last', async () => {
  const put = async (faults: object) => {
    const response = await fetch(`${emulator.url}/_emulator/faults`, {
      method: 'PUT',
      body: JSON.stringify(faults),
    });
    return response.json();
  };
  const [one, other] = ['111122223333', '444455556666'];
  expect(await put({ creationMs: 0 })).toEqual([{ creationMs: 0 }]);
  await put({ accounts: [one, other], latencyMs: 1, errorRate: 0 });
  const ofOther = { accounts: [other], latencyMs: 1, errorRate: 0 };
  // Without the field that is to go.
  await put({ accounts: [one], latencyMs: 1 });
  const listed = await (await fetch(`${emulator.url}/_emulator/faults`)).json();
  expect(listed).toEqual([{ creationMs: 0 }, { accounts: [one], latencyMs: 1 }, ofOther]);
  expect(await put({ accounts: [one] })).toEqual([{ creationMs: 0 }, ofOther]);
  emulator.reset();
  expect(await (await fetch(`${emulator.url}/_emulator/faults`)).json()).toEqual([]);
});

test('a field that there is none of is told with the one that is meant', async () => {
  const body = JSON.stringify({ failNext: [{ opration: 'ListInstances', error: 'x', times: 1 }] });
  const response = await fetch(`${emulator.url}/_emulator/faults`, { method: 'PUT', body });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    problems: expect.arrayContaining([
      { field: 'failNext.0.opration', message: 'unknown field (did you mean "failNext.0.operation"?)' },
    ]) as unknown,
  });
});

test('a page that reaches it under another name is turned away', async () => {
  const status = await new Promise((resolve) => {
    request(`${emulator.url}/_emulator/calls`, { headers: { host: 'evil.example' } }, (response) => {
      resolve(response.statusCode);
      response.resume();
    }).end();
  });
  expect(status).toBe(403);
});

test('it closes no idle connection, at the moment of which a request would fail', async () => {
  const response = await fetch(`${emulator.url}/_emulator/calls`);
  expect(response.headers.get('connection')).toBe('keep-alive');
  expect(response.headers.get('keep-alive')).toBeNull();
  await response.body?.cancel();
});
