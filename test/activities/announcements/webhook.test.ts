import { Webhook } from 'standardwebhooks';
import {
  webhookSender,
  type SendWebhook,
  type WebhookError,
} from '../../../activities/announcements/webhook';
import { secretOf, startHttpsReceiver, type HttpsReceiver } from '../../support/https-receiver';

let receiver: HttpsReceiver;
let other: HttpsReceiver;
beforeAll(async () => {
  other = await startHttpsReceiver();
  receiver = await startHttpsReceiver(({ path }, response) => {
    switch (path) {
      case '/redirect':
        response.writeHead(307, { location: `${other.url}/stolen` }).end();
        break;
      case '/busy?token=hidden':
        response.writeHead(503, { 'retry-after': '7' }).end('secret words of an upstream');
        break;
      case '/hang':
        break;
      case '/endless': {
        response.writeHead(200);
        const chunk = Buffer.alloc(64 * 1024);
        const more = () => {
          while (!response.destroyed && response.write(chunk));
        };
        response.on('drain', more);
        more();
        break;
      }
      default:
        response.writeHead(204).end();
    }
  });
});
afterAll(async () => {
  await receiver.close();
  await other.close();
});

const keyOf = (number: number) => Buffer.alloc(32, number);
const request = (url: string, more: Partial<Parameters<SendWebhook>[0]> = {}) => ({
  url: new URL(url),
  keys: [keyOf(1)],
  id: 'identity-center/111122223333/run/end',
  body: '{"type":"run.succeeded"}',
  signal: AbortSignal.timeout(10_000),
  ...more,
});
const errorOf = (sending: Promise<void>): Promise<WebhookError> =>
  sending.then(
    () => {
      throw new Error('it was sent');
    },
    (error: unknown) => error as WebhookError,
  );

test('what is sent verifies with the library of Standard Webhooks, under the old secret and the new', async () => {
  const sent = request(`${receiver.url}/both`, { keys: [keyOf(1), keyOf(2)] });
  await receiver.send(sent);
  const { headers, body } = receiver.received.find(({ path }) => path === '/both')!;
  const signed = headers as Record<string, string>;
  for (const number of [1, 2])
    expect(new Webhook(secretOf(number)).verify(body, signed)).toEqual({ type: 'run.succeeded' });
  expect(() => new Webhook(secretOf(3)).verify(body, signed)).toThrow();
  expect(() => new Webhook(secretOf(1)).verify(`${body} `, signed)).toThrow();
  const later = { ...signed, 'webhook-timestamp': String(Number(signed['webhook-timestamp']) + 1) };
  expect(() => new Webhook(secretOf(1)).verify(body, later)).toThrow();
  expect(headers['webhook-id']).toBe(sent.id);
});

test.each([
  'https://127.0.0.1:PORT/',
  'https://2130706433:PORT/',
  'https://localhost:PORT/',
  'https://[::1]:PORT/',
  'https://[::ffff:127.0.0.1]:PORT/',
  'https://[64:ff9b::7f00:1]:PORT/',
  'https://0.0.0.0:PORT/',
  'https://10.1.2.3/',
  'https://172.16.0.1/',
  'https://192.168.1.1/',
  'https://100.64.0.1/',
  'https://169.254.169.254/latest/meta-data/',
  'https://[fe80::1]/',
  'https://[fd00:ec2::254]/',
])('%s is refused by a worker as settings make it, and nothing is sent', async (url) => {
  const before = receiver.received.length;
  const began = performance.now();
  const { message } = await errorOf(webhookSender()(request(url.replace('PORT', String(receiver.port)))));
  expect(message).toMatch(
    / leads to a private, loopback or link-local address, which announcements are not sent to$/,
  );
  expect(performance.now() - began).toBeLessThan(5_000);
  expect(receiver.received).toHaveLength(before);
});

test('of what a name leads to, each address counts, and the one that is connected to is the one that was looked at', async () => {
  const answers = [
    [
      { address: '93.184.216.34', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ],
    [{ address: '127.0.0.1', family: 4 }],
  ];
  let asked = 0;
  const send = webhookSender({
    lookup: (_host, _options, answer) => {
      answer(null, answers[asked++] ?? []);
    },
  });
  // The first answer has a public address too, and the second is what a name that is rebound leads to.
  for (const times of [1, 2]) {
    const { message } = await errorOf(send(request(`https://rebound.example.test:${receiver.port}/`)));
    expect(message).toContain('leads to a private, loopback or link-local address');
    expect(asked).toBe(times);
  }
});

test('a redirect is not followed', async () => {
  const { message } = await errorOf(receiver.send(request(`${receiver.url}/redirect`)));
  expect(message).toBe(
    `localhost:${receiver.port} answers with status 307, a redirect, which is not followed`,
  );
  expect(other.received).toEqual([]);
});

test('an answer that is not well is told by its status alone, with the wait that it asks for', async () => {
  const error = await errorOf(receiver.send(request(`${receiver.url}/busy?token=hidden`)));
  expect(error).toMatchObject({
    message: `localhost:${receiver.port} answers with status 503`,
    retryAfterMs: 7_000,
  });
});

test('no answer in time, and an answer without an end: both are bounded', async () => {
  const signal = AbortSignal.timeout(300);
  const { message } = await errorOf(receiver.send(request(`${receiver.url}/hang`, { signal })));
  expect(message).toBe(`localhost:${receiver.port} has not answered in time`);
  await receiver.send(request(`${receiver.url}/endless`));
});

test.each([
  [
    'a certificate that no authority vouches for',
    () => webhookSender({ addresses: ['127.0.0.1', '::1'] }),
    'localhost',
  ],
  ['a certificate of another host', () => receiver.send, '127.0.0.1'],
])('%s is refused', async (_what, sender, host) => {
  const { message } = await errorOf(sender()(request(`https://${host}:${receiver.port}/`)));
  expect(message).toMatch(/certificate|altnames/i);
});
