import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { z } from 'zod';
import { UnreadablePayloadError } from './errors';
import type { TokenCheck } from './token-check';

export interface CodecServerOptions {
  codec: PayloadCodec;
  host: string;
  port: number;
  /** Origins whose pages may ask. */
  origins: readonly string[];
  /** Default: nobody is asked for a token. */
  checkToken?: TokenCheck;
  /** Told of what was not done, in words that have no token and no payload in them. */
  onRefusal?: (why: string) => void;
}

export interface CodecServer {
  readonly url: string;
  close(): Promise<void>;
}

/** As large as what Temporal takes in one message, in base64. */
const MOST_BYTES = 8 * 1024 * 1024;

/** The payloads of a request, in the JSON of Protobuf. */
const bodySchema = z.object({
  payloads: z
    .array(
      z.object({
        metadata: z.record(z.string(), z.base64()).optional(),
        data: z.base64().optional(),
      }),
    )
    .default([]),
});

/** Thrown where a request is answered with a refusal. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Starts a codec server, by Temporal's protocol for them: `POST …/encode` and `POST …/decode`, whatever stands before, for
 * the Temporal UI and CLI. `GET /healthz` answers without a token.
 *
 * @throws what listening throws, as where the port is in use
 */
export async function startCodecServer(options: CodecServerOptions): Promise<CodecServer> {
  const { host, port, origins, onRefusal } = options;
  const server = createServer((request, response) => {
    const { origin } = request.headers;
    // A page of another origin may not read any answer, a refusal neither.
    response.setHeader('vary', 'origin');
    response.setHeader('cache-control', 'no-store');
    if (origin !== undefined && origins.includes(origin)) allow(origin, response);
    void answer(request, options)
      .then((body) => {
        reply(response, body === undefined ? 204 : 200, body);
      })
      .catch((error: unknown) => {
        const { status, message } = asRefusal(error);
        onRefusal?.(`${request.method ?? ''} ${pathOf(request)}: ${status} ${message}`);
        if (status === 401) response.setHeader('www-authenticate', 'Bearer');
        reply(response, status, { error: message });
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function allow(origin: string, response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-methods', 'POST');
  response.setHeader('access-control-allow-headers', 'authorization, content-type, x-namespace');
  response.setHeader('access-control-max-age', '600');
}

async function answer(
  request: IncomingMessage,
  { codec, origins, checkToken }: CodecServerOptions,
): Promise<object | undefined> {
  const { method, headers } = request;
  const path = pathOf(request);
  if (headers.origin !== undefined && !origins.includes(headers.origin))
    throw new Refusal(
      403,
      `IDENTITY_CENTER_CODEC_ORIGINS does not have the origin ${headers.origin.slice(0, 200)}.`,
    );
  if (path === '/healthz') return {};
  const [, verb] = /\/(encode|decode)\/?$/.exec(path) ?? [];
  if (verb === undefined) throw new Refusal(404, 'There are POST /encode and POST /decode.');
  if (method === 'OPTIONS') return undefined;
  if (method !== 'POST') throw new Refusal(405, 'Only POST is taken.');
  const why = await checkToken?.(headers.authorization);
  if (why !== undefined) throw new Refusal(401, why);
  const payloads = readPayloads(await readBody(request));
  const done = verb === 'encode' ? await codec.encode(payloads) : await codec.decode(payloads);
  return { payloads: done.map(asJson) };
}

/** What went wrong in here is not for whoever asks, but what is wrong with a payload is. */
function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof UnreadablePayloadError) return new Refusal(400, error.message);
  return new Refusal(500, `The codec server failed (${error instanceof Error ? error.name : 'unknown'}).`);
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0]?.slice(0, 300) ?? '/';
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Read to its end all the same: a connection that is cut would hide the answer.
    if (bytes <= MOST_BYTES) chunks.push(chunk);
  }
  if (bytes > MOST_BYTES) throw new Refusal(413, `The body has more than ${MOST_BYTES} bytes.`);
  return Buffer.concat(chunks).toString('utf8');
}

function readPayloads(body: string): Payload[] {
  try {
    return bodySchema.parse(JSON.parse(body)).payloads.map(({ metadata = {}, data = '' }) => ({
      metadata: Object.fromEntries(
        Object.entries(metadata).map(([key, value]) => [key, Buffer.from(value, 'base64')]),
      ),
      data: Buffer.from(data, 'base64'),
    }));
  } catch {
    throw new Refusal(
      400,
      'The body is not {"payloads": [{"metadata": {…}, "data": "…"}]} with base64 in it.',
    );
  }
}

function asJson({ metadata, data }: Payload): object {
  const base64 = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString('base64');
  return {
    metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([key, value]) => [key, base64(value)])),
    data: base64(data),
  };
}

function reply(response: ServerResponse, status: number, body: object | undefined): void {
  response.writeHead(status, body === undefined ? {} : { 'content-type': 'application/json' });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
