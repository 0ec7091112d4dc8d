import { once } from 'node:events';
import { connect, createServer } from 'node:net';

const HOST = '127.0.0.1';
const HIGHEST = 65_535;

/**
 * A port of a loopback address that nobody listens on: `preferred`, or the next one that is free; without `preferred` any.
 *
 * It is not reserved: whoever listens on it must be ready to find it taken.
 */
export async function freePort(preferred = 0, host = HOST): Promise<number> {
  for (let port = preferred; port <= HIGHEST; port++) {
    const bound = await bind(port, host);
    // Some systems let a loopback address be bound beside somebody who listens on all addresses.
    if (bound !== undefined && (preferred === 0 || !(await accepts(bound, host)))) return bound;
  }
  throw new Error(`No port from ${preferred} up is free on ${host}`);
}

/** Whether somebody listens on that port of a loopback address. */
export async function accepts(port: number, host = HOST): Promise<boolean> {
  const socket = connect(port, host);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function bind(port: number, host: string): Promise<number | undefined> {
  const server = createServer();
  try {
    await once(server.listen(port, host), 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE' || code === 'EACCES') return undefined;
    throw error;
  }
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' ? address?.port : undefined;
}
