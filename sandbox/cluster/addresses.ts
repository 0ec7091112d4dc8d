import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { freePort } from '../temporal-server';
import { PART_NAMES, type PartName } from './parts';

/** Where a process listens: a loopback address of its own, with the ports that its like has in production, or the next. */
export interface Place {
  host: string;
  port: number;
  /** Where the processes of Temporal's server find each other. */
  membershipPort: number;
  /** Where the frontend serves HTTP, by which the other processes hand Nexus requests on to it. */
  httpPort: number;
  /** Those of the frontend for the server's own workers, where it has one. */
  internal: { port: number; membershipPort: number; httpPort: number };
}

/** The loopback addresses of a cluster, which no other takes meanwhile. */
export interface Addresses {
  places: Readonly<Record<PartName, Place>>;
  release: () => void;
}

const BLOCK = '127.73';
const BLOCKS = 254;
/** Whoever listens on this port of the first address of a block has the block. */
const CLAIM_PORT = 7200;
const MEMBERSHIP_PORT = 6933;
const MEMBER_PORT = 7233;
const HTTP_PORT = 7243;
/** As Temporal's own charts have them. */
const INTERNAL_PORT = 7236;
const INTERNAL_MEMBERSHIP_PORT = 6936;
const INTERNAL_HTTP_PORT = 7246;

/**
 * Claims a block of loopback addresses for as long as this process lives. An address a process comes nearest to machines of
 * their own: each has the same ports, and a client cannot mistake one for the other.
 *
 * @throws Error where the system has no such addresses, or none is left
 */
export async function claimAddresses(uiPort: number): Promise<Addresses> {
  if (process.platform !== 'linux')
    throw new Error(
      'The cluster runs on Linux only: each of its processes has a loopback address of its own. Set TEMPORAL_ADDRESS to a cluster of yours instead.',
    );
  for (let block = 1; block <= BLOCKS; block++) {
    const hosts = `${BLOCK}.${block}`;
    const claim = await listen(`${hosts}.1`);
    if (claim === undefined) continue;
    const entries = await Promise.all(
      PART_NAMES.map(async (name, index) => [name, await findPlace(name, `${hosts}.${index + 1}`, uiPort)]),
    );
    return {
      places: Object.fromEntries(entries) as Record<PartName, Place>,
      release: () => claim.close(),
    };
  }
  throw new Error(`All ${BLOCKS} blocks of loopback addresses are taken by other clusters.`);
}

async function findPlace(name: PartName, own: string, uiPort: number): Promise<Place> {
  // People look for the UI where they know it.
  const host = name === 'ui' ? '127.0.0.1' : own;
  const wanted = name === 'ui' ? uiPort : name === 'postgresql' ? 5432 : MEMBER_PORT;
  return {
    host,
    port: await freePort(wanted, host),
    membershipPort: await freePort(MEMBERSHIP_PORT, host),
    httpPort: await freePort(HTTP_PORT, host),
    internal: {
      port: await freePort(INTERNAL_PORT, host),
      membershipPort: await freePort(INTERNAL_MEMBERSHIP_PORT, host),
      httpPort: await freePort(INTERNAL_HTTP_PORT, host),
    },
  };
}

async function listen(host: string): Promise<Server | undefined> {
  const server = createServer((socket) => {
    socket.destroy();
  });
  try {
    await once(server.listen(CLAIM_PORT, host), 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
  return server.unref();
}
