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
