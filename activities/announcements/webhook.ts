import { createHmac } from 'node:crypto';
import { request, type Agent } from 'node:https';
import type { LookupFunction } from 'node:net';
import { defined } from '../../contract';
import { readError } from '../errors/read';

/** A request to a webhook. */
export interface WebhookRequest {
  url: URL;
  /** Signed with each: a receiver takes any. */
  keys: readonly Buffer[];
  id: string;
  body: string;
  /** Ends it. */
  signal: AbortSignal;
}

/** What a sender of webhooks reaches beside public addresses. */
export interface WebhookReach {
  addresses?: readonly string[];
  /** In PEM. */
  authority?: string;
  lookup?: LookupFunction;
}

/** Sends a request to a webhook, and returns once that has it. @throws WebhookError */
export type SendWebhook = (request: WebhookRequest) => Promise<void>;

/** A webhook has not taken a request. The message names its host, and nothing else of its URL. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';

  constructor(
    message: string,
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}

/** Of an answer nothing is read but its head; so much more is let in before the connection is closed. */
const MOST_BODY_BYTES = 64 * 1024;
/** What the agent says of an address that it does not connect to. */
const REFUSED_ADDRESS = /is not allowed\. Because,? it is/i;

/**
 * Makes what sends requests to webhooks: over TLS, to public addresses only. The agent looks at the very addresses that it is
 * about to connect to, so that a name which leads elsewhere a moment later leads nowhere. Redirects are not followed, as they
 * would lead past that; nor is a proxy used, which looks names up itself.
 *
 * @param reach what is open all the same: addresses, an authority of one's own, a way to look names up. No setting, file or
 *   variable leads here, only code that makes a worker, as tests do for this machine.
 */
export function webhookSender(reach: WebhookReach = {}): SendWebhook {
  let made: Promise<Agent> | undefined;
  return async ({ url, keys, id, body, signal }) => {
    const agent = await (made ??= makeAgent(reach));
    return new Promise((resolve, reject) => {
      const timestamp = Math.floor(Date.now() / 1_000);
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'identity-center-orchestrator',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': keys.map((key) => sign(key, `${id}.${timestamp}.${body}`)).join(' '),
      };
      const sent = request(url, { method: 'POST', agent, headers, signal });
      sent.on('error', (error) => {
        reject(new WebhookError(explain(error, url, signal)));
      });
      sent.on('response', (answer) => {
        const { statusCode = 0, headers: told } = answer;
        let bytes = 0;
        // Whoever still sends finds a reader, within limits; how it ends does not matter any more.
        answer.on('error', () => undefined);
        answer.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MOST_BODY_BYTES) answer.destroy();
        });
        if (statusCode >= 200 && statusCode < 300) resolve();
        else reject(new WebhookError(describe(statusCode, url), readRetryAfter(told['retry-after'])));
      });
      sent.end(body);
    });
  };
}

async function makeAgent({ addresses = [], authority, lookup }: WebhookReach): Promise<Agent> {
  // A worker without webhooks starts without it.
  const { RequestFilteringHttpsAgent } = await import('request-filtering-agent');
  return new RequestFilteringHttpsAgent(
    defined({
      allowIPAddressList: [...addresses],
      ca: authority,
      lookup,
      keepAlive: false,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2' as const,
    }),
  );
}

/** Signs as Standard Webhooks has it: version 1, HMAC-SHA256. */
function sign(key: Buffer, content: string): string {
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}

function describe(statusCode: number, { host }: URL): string {
  const redirects = statusCode >= 300 && statusCode < 400;
  return `${host} answers with status ${statusCode}${redirects ? ', a redirect, which is not followed' : ''}`;
}

function explain(error: Error, { host }: URL, signal: AbortSignal): string {
  if (signal.aborted) return `${host} has not answered in time`;
  if (REFUSED_ADDRESS.test(error.message))
    return `${host} leads to a private, loopback or link-local address, which announcements are not sent to`;
  const { code } = error as NodeJS.ErrnoException;
  return `${host}: ${[code, readError(error).message].filter(Boolean).join(': ')}`;
}

/** Reads `Retry-After` in seconds; its other form is left to the back-off. */
function readRetryAfter(header: string | undefined): number | undefined {
  return /^\d{1,5}$/.test(header ?? '') ? Number(header) * 1_000 : undefined;
}
