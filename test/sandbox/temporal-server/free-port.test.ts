import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { freePort } from '../../../sandbox/temporal-server';
import { quietPort } from '../../support/ports';

describe('freePort', () => {
  const servers: Server[] = [];
  const occupy = async (port: number, host: string) => {
    const server = createServer();
    servers.push(server);
    await once(server.listen(port, host), 'listening');
  };

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => once(server.close(), 'close')));
  });

  it('gives the preferred port where it is free', async () => {
    const port = await quietPort();
    expect(await freePort(port)).toBe(port);
  });

  it.each(['127.0.0.1', '0.0.0.0'])('gives the next free one where somebody listens on %s', async (host) => {
    const port = await quietPort();
    await occupy(port, host);
    expect(await freePort(port)).toBeGreaterThan(port);
  });

  it('says so where none is left', async () => {
    await occupy(65_535, '127.0.0.1');
    await expect(freePort(65_535)).rejects.toThrow('No port from 65535 up is free');
  });
});
