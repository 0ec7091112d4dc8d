import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBy } from '../../contract';
import { createAws, type Delivery } from './aws';
import { CallLog, type RecordedCall } from './call-log';
import { FaultPlan, faultsSchema, type Faults } from './faults';
import { Store, type EmulatedInstance, type InstanceFilter } from './store';

/** A running emulator of AWS: sso-admin and STS on one address of this machine. */
export interface Emulator {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** Sets what goes wrong from now on, for all or for `accounts`. @throws ZodError naming the wrong fields */
  setFaults(faults: Faults): void;
  /** The calls that arrived, oldest first. */
  calls(filter?: { account?: string; operation?: string }): RecordedCall[];
  /** The instances that exist, oldest first. */
  instances(filter?: InstanceFilter): EmulatedInstance[];
  /** Forgets instances, tokens, credentials, faults and calls. */
  reset(): void;
  close(): Promise<void>;
}

export interface EmulatorOptions {
  /** Default 4599; 0: any. */
  port?: number;
  /** Takes the next free port where this one is taken. */
  freePortIfTaken?: boolean;
}

const HOST = '127.0.0.1';
const DEFAULT_PORT = 4599;
const MOST_BYTES = 1024 * 1024;

/** Starts an emulator, on loopback only. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const [store, faults, log] = [new Store(), new FaultPlan(), new CallLog()];
  const handleAws = createAws(store, faults, log);
  const reset = () => {
    store.clear();
    faults.clear();
    log.clear();
  };
  // An idle connection is the client's to close: a request that meets the server closing it fails (ECONNRESET).
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    if (body === undefined) {
      refuse(response, 413, `the body has more than ${MOST_BYTES} bytes`);
      return;
    }
    const target = request.url ?? '/';
    // What is no URL, such as `//`, is AWS's to refuse.
    const url = new URL(URL.canParse(target, `http://${HOST}`) ? target : '/', `http://${HOST}`);
    if (url.pathname.startsWith('/_emulator')) {
      // A page in a browser must not reach this through a name that leads to 127.0.0.1.
      if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(request.headers.host ?? '')) {
        refuse(response, 403, `this is not served as ${request.headers.host ?? 'nobody'}`);
        return;
      }
      control(`${request.method ?? ''} ${url.pathname}`, url.searchParams, body, response);
      return;
    }
    deliver(await handleAws({ headers: request.headers, body }), response);
  }

  function control(what: string, query: URLSearchParams, body: string, response: ServerResponse): void {
    const reply = (status: number, value: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    switch (what) {
      case 'PUT /_emulator/faults':
        try {
          const read = readBy(faultsSchema, JSON.parse(body));
          if ('problems' in read) reply(400, read);
          else {
            faults.set(read.request);
            reply(200, {});
          }
        } catch (error) {
          reply(400, { problems: [{ field: '', message: `not JSON: ${String(error)}` }] });
        }
        return;
      case 'GET /_emulator/calls':
        reply(
          200,
          log.find({
            account: query.get('account') ?? undefined,
            operation: query.get('operation') ?? undefined,
          }),
        );
        return;
      case 'GET /_emulator/instances':
        reply(200, store.list({ deleted: query.get('deleted') === 'true' }));
        return;
      case 'DELETE /_emulator':
        reset();
        reply(200, {});
        return;
      default:
        reply(404, { problems: [{ field: '', message: `there is no ${what}` }] });
    }
  }

  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${HOST}:${port}`,
    port,
    setFaults: (input) => {
      faults.set(input);
    },
    calls: (filter = {}) => log.find(filter),
    instances: (filter) => store.list(filter),
    reset,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function listen(
  server: Server,
  { port = DEFAULT_PORT, freePortIfTaken = false }: EmulatorOptions,
): Promise<void> {
  for (let candidate = port; ; candidate += 1) {
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(candidate, HOST, () => {
          server.off('error', reject);
          resolve();
        });
      });
      return;
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!taken || !freePortIfTaken || candidate >= port + 100) throw error;
    }
  }
}

function refuse(response: ServerResponse, status: number, message: string): void {
  const problems = [{ field: '', message }];
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ problems }));
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Read to its end all the same: a connection that is cut would hide the answer.
    if (bytes <= MOST_BYTES) chunks.push(chunk);
  }
  if (bytes > MOST_BYTES) return undefined;
  return Buffer.concat(chunks).toString('utf8');
}

function deliver(delivery: Delivery, response: ServerResponse): void {
  if (delivery === 'hang') return;
  if (delivery === 'drop') {
    response.destroy();
    return;
  }
  const { status, headers, body } = delivery.answer;
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  if (delivery.half !== true) {
    response.end(body);
    return;
  }
  response.write(body.slice(0, body.length / 2), () => response.destroy());
}
