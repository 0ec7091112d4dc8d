import { once } from 'node:events';
import {
  connect,
  createSecureServer,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type SecureServerOptions,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** The answer of gRPC to a call that does not get through. */
export interface Refusal {
  /** As gRPC numbers them: 5 not found, 7 permission denied, 12 unimplemented, 16 unauthenticated. */
  code: number;
  message: string;
}

/** A gate on the way to a Temporal server, as a proxy or a load balancer is one: it lets calls through, or answers them. */
export interface Gate {
  readonly address: string;
  /** Judges each call from now on; `undefined` lets it through. */
  judge: (headers: IncomingHttpHeaders) => Refusal | undefined;
  /** The paths of the calls that it saw, with the key that they came with. */
  readonly seen: { path: string; authorization: string | undefined }[];
  /** Told the name in the certificate of each who connects. */
  onSession: (name: string) => void;
  /** Cuts all connections; new ones may come. */
  cut(): void;
  /** Cuts all connections, and listens no more. */
  close(): Promise<void>;
}

/**
 * Opens a gate on 127.0.0.1.
 *
 * @param tls certificate, key and the CA of those who may come; default: no TLS
 */
export async function openGate(
  target: string,
  { port = 0, tls }: { port?: number; tls?: SecureServerOptions } = {},
): Promise<Gate> {
  const server: Http2Server = tls === undefined ? createServer() : createSecureServer(tls);
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    if (tls !== undefined)
      gate.onSession(String((session.socket as TLSSocket).getPeerCertificate().subject.CN));
    session.on('close', () => sessions.delete(session)).on('error', () => undefined);
  });
  const inner = connect(`http://${target}`);
  inner.on('error', () => undefined);
  const gate: Gate = {
    address: '',
    judge: () => undefined,
    onSession: () => undefined,
    seen: [],
    cut() {
      for (const session of sessions) session.destroy();
    },
    async close() {
      gate.cut();
      inner.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    gate.seen.push({ path: headers[':path'] ?? '', authorization: headers.authorization });
    const refusal = gate.judge(headers);
    if (refusal === undefined) letThrough(stream, headers);
    else refuse(stream, refusal);
  });
  const letThrough = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    const onward = inner.request({ ...headers, ':authority': target, ':scheme': 'http' });
    onward.on('error', () => {
      stream.destroy();
    });
    stream.on('close', () => {
      onward.close();
    });
    let trailers: IncomingHttpHeaders = {};
    onward.on('trailers', (sent: IncomingHttpHeaders) => (trailers = sent));
    onward.on('response', ({ ':status': status, ...answer }) => {
      if (stream.destroyed) return;
      stream.respond({ ':status': status ?? 200, ...answer }, { waitForTrailers: true });
      stream.on('wantTrailers', () => {
        stream.sendTrailers(trailers);
      });
      onward.pipe(stream);
    });
    stream.pipe(onward);
  };
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(gate, { address: `127.0.0.1:${(server.address() as AddressInfo).port}` });
}

function refuse(stream: ServerHttp2Stream, { code, message }: Refusal): void {
  stream.respond(
    {
      ':status': 200,
      'content-type': 'application/grpc',
      'grpc-status': String(code),
      'grpc-message': message,
    },
    { endStream: true },
  );
}
