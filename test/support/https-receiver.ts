import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readFileSync } from 'node:fs';
import { webhookSender, type SendWebhook } from '../../activities/announcements/webhook';
import { makeCertificates } from './certificates';

/** A request that has arrived. */
export interface Received {
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A receiver of webhooks on this machine, over TLS. */
export interface HttpsReceiver {
  /** Its origin: `https://localhost:PORT`. */
  url: string;
  port: number;
  received: Received[];
  /** Sends as a worker does, to this machine as well. */
  send: SendWebhook;
  /** The file of its secret, and the secret. */
  secretFile: string;
  secret: string;
  /** Writes a file beside that of the secret; answers with its path. */
  write(name: string, text: string): string;
  close(): Promise<void>;
}

/** A secret as Standard Webhooks writes it; each number gives another. */
export function secretOf(number: number): string {
  return `whsec_${Buffer.alloc(32, number).toString('base64')}`;
}

/** Starts a receiver. @param answer default: it takes everything */
export async function startHttpsReceiver(
  answer: (received: Received, response: ServerResponse) => void = (_received, response) => {
    response.writeHead(204).end();
  },
): Promise<HttpsReceiver> {
  const certificates = makeCertificates('localhost');
  const folder = mkdtempSync(path.join(tmpdir(), 'identity-center-receiver-'));
  const received: Received[] = [];
  const server = createServer(certificates, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { url = '', headers } = request;
      const it = { path: url, headers, body: Buffer.concat(chunks).toString() };
      received.push(it);
      answer(it, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const write = (name: string, text: string) => {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return file;
  };
  const secret = secretOf(1);
  return {
    url: `https://localhost:${port}`,
    port,
    received,
    send: webhookSender({
      addresses: ['127.0.0.1', '::1'],
      authority: readFileSync(certificates.authorityFile, 'utf8'),
    }),
    secretFile: write('secret', `${secret}\n`),
    secret,
    write,
    close: () =>
      new Promise((resolve) => {
        rmSync(folder, { recursive: true });
        certificates.dispose();
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
