import { once } from 'node:events';
import { connect, createServer } from 'node:net';

const HOST = '127.0.0.1';
const HIGHEST = 65_535;

/**
 * A port of 127.0.0.1 that nobody listens on: `preferred`, or the next one that is free; without `preferred` any.
 *
 * It is not reserved: whoever listens on it must be ready to find it taken.
 */
export async function freePort(preferred = 0): Promise<number> {
  for (let port = preferred; port <= HIGHEST; port++) {
    const bound = await bind(port);
    // Some systems let a loopback address be bound beside somebody who listens on all addresses.
    if (bound !== undefined && (preferred === 0 || !(await accepts(bound)))) return bound;
  }
  throw new Error(`No port from ${preferred} up is free on ${HOST}`);
}

/** Whether somebody listens on that port of 127.0.0.1. */
export async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, HOST);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function bind(port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    await once(server.listen(port, HOST), 'listening');
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
