// Takes the announcements of runs as a webhook, and prints one JSON line for each: docs/pipelines.md, "Results go out".
//
//   npm install standardwebhooks
//   WEBHOOK_SECRET=whsec_… npx tsx webhook.mts 8080
//
// Put TLS before it, as workers send to https alone. WEBHOOK_SECRET is that of the receivers file of the workers; while one
// takes the place of another it has both, with a space between them. Answers 204 to what is signed with one of them, so that
// it is not sent again, and 401 to all else. An announcement may come twice: what has an ID that was there is passed over.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** What is used here; schemas/announcement.json has all fields. */
interface Announcement {
  type: string;
  data: { accountId: string; instanceArn?: string; failure?: { remedy?: string } };
}

const LARGEST = 256 * 1024;
const webhooks = (process.env['WEBHOOK_SECRET'] ?? '')
  .split(' ')
  .filter((secret) => secret !== '')
  .map((secret) => new Webhook(secret));
const seen = new Set<string>();

/** Reads what was sent by whoever has the secret, within the last five minutes; `undefined` where it was not. */
function verify(body: string, headers: Record<string, string>): Announcement | undefined {
  for (const webhook of webhooks) {
    try {
      return webhook.verify(body, headers) as Announcement;
    } catch (error) {
      process.stderr.write(`refused: ${String(error)}\n`);
    }
  }
  return undefined;
}

/** Does what your team does with it. */
function take({ type, data: { accountId, instanceArn, failure } }: Announcement): void {
  const line = { type, accountId, instanceArn: instanceArn ?? null, remedy: failure?.remedy ?? null };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= LARGEST) chunks.push(chunk);
    else request.destroy();
  });
  request.on('end', () => {
    const headers = request.headers as Record<string, string>;
    const announcement = verify(Buffer.concat(chunks).toString(), headers);
    const { 'webhook-id': id = '' } = headers;
    if (announcement !== undefined && !seen.has(id)) take(announcement);
    if (announcement !== undefined) seen.add(id);
    response.writeHead(announcement === undefined ? 401 : 204).end();
  });
});

const port = Number(process.argv[2]);
if (webhooks.length === 0 || !Number.isInteger(port)) {
  process.stderr.write('Usage: WEBHOOK_SECRET=whsec_… webhook.mts PORT\n');
  process.exit(2);
}
server.listen(port, '127.0.0.1', () => {
  process.stderr.write(`listening on port ${(server.address() as AddressInfo).port}\n`);
});
