import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** A proxy as companies have them. */
export interface TestProxy {
  url: string;
  /** The targets of the tunnels that were asked for (`CONNECT`), and the URLs of the requests that were passed on. */
  asked: string[];
  /** The `Proxy-Authorization` of each. */
  authorizations: (string | undefined)[];
  close(): Promise<void>;
}

/**
 * Starts a proxy.
 *
 * @param resolve says which port of this machine stands for a host, or the status with which it is refused
 */
export async function startProxy(
  resolve: (host: string) => { port: number } | { status: number },
): Promise<TestProxy> {
  const asked: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  const note = (target: string, authorization: string | undefined) => {
    asked.push(target);
    authorizations.push(authorization);
    return resolve(target.replace(/^http:\/\//, '').split(/[:/]/)[0] ?? '');
  };
  const server: Server = createServer((incoming, response) => {
    const to = note(incoming.url ?? '', incoming.headers['proxy-authorization']);
    if ('status' in to) {
      response.writeHead(to.status).end();
      return;
    }
    const { method, headers } = incoming;
    const { pathname } = new URL(incoming.url ?? '');
    const onward = request(
      { host: '127.0.0.1', port: to.port, method, path: pathname, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      },
    );
    incoming.pipe(onward);
  });
  server.on('connect', (incoming, socket: Socket) => {
    const to = note(incoming.url ?? '', incoming.headers['proxy-authorization']);
    if ('status' in to) {
      socket.end(`HTTP/1.1 ${to.status} No\r\n\r\n`);
      return;
    }
    const onward = connect(to.port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [socket, onward]) {
      sockets.add(end);
      end.on('error', () => {
        socket.destroy();
        onward.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    authorizations,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
