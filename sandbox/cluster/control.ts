import { once } from 'node:events';
import { chmodSync, rmSync } from 'node:fs';
import { createServer, request, type IncomingMessage } from 'node:http';
import path from 'node:path';
import { z } from 'zod';
import type { Cluster } from './cluster';
import { isPartName, PART_NAMES, type PartName } from './parts';

/** What can be done from another terminal to the cluster that runs in a folder. */
export type Order = 'status' | 'kill' | 'start' | 'stop';

const snapshotSchema = z.object({
  pid: z.number(),
  address: z.string(),
  uiUrl: z.string().optional(),
  parts: z.array(
    z.object({ name: z.enum(PART_NAMES as [PartName]), address: z.string(), pid: z.number().optional() }),
  ),
});

/** A cluster as another terminal sees it. */
export type Snapshot = z.infer<typeof snapshotSchema>;

/** Thrown where no cluster runs in a folder. */
export class NoClusterError extends Error {
  override readonly name = 'NoClusterError';

  constructor(folder: string) {
    super(`No cluster runs in ${folder}. Start one: npm run cluster`);
  }
}

/** Thrown where a cluster runs in a folder already. */
export class ClusterRunsError extends Error {
  override readonly name = 'ClusterRunsError';

  constructor(folder: string, { pid, address }: Snapshot) {
    super(
      `A cluster runs in ${folder} already, as process ${pid}. Work with that one: export TEMPORAL_ADDRESS=${address}`,
    );
  }
}

const refusalSchema = z.object({ problem: z.string() });

/**
 * Lets other terminals of this user see and steer a cluster, by a socket in its folder that is this user's alone.
 *
 * @returns ends that
 */
export async function serveControl(folder: string, cluster: Cluster): Promise<() => void> {
  const obey = async (order: string, name: string): Promise<Snapshot> => {
    const part = isPartName(name) ? name : undefined;
    if (part === undefined && name !== '') throw new Error(`There is no ${name}: ${PART_NAMES.join(', ')}.`);
    if (part !== undefined && (order === 'kill' || order === 'start' || order === 'stop'))
      await cluster[order](part);
    if (part === undefined && order === 'stop') setImmediate(() => void cluster.stop());
    const { address, uiUrl } = cluster;
    return snapshotSchema.parse({ pid: process.pid, address, uiUrl, parts: cluster.status() });
  };
  const server = createServer((asked, answer) => {
    const [, order = '', name = ''] = (asked.url ?? '').split('/');
    obey(order, name).then(
      (snapshot) => answer.end(JSON.stringify(snapshot)),
      (error: unknown) => answer.writeHead(400).end(JSON.stringify({ problem: (error as Error).message })),
    );
  });
  // Whoever had it is dead, as two cannot have one database.
  rmSync(socketOf(folder), { force: true });
  await once(server.listen(socketOf(folder)), 'listening');
  chmodSync(socketOf(folder), 0o600);
  return () => {
    server.close();
    server.closeAllConnections();
  };
}

/**
 * Has something done to the cluster that runs in a folder.
 *
 * @throws {@link NoClusterError}; Error with what the cluster says
 */
export async function control(folder: string, order: Order, name = ''): Promise<Snapshot> {
  const asked = request({ socketPath: socketOf(folder), path: `/${order}/${name}`, method: 'POST' }).end();
  let text = '';
  let isRefused = false;
  try {
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    isRefused = answer.statusCode !== 200;
    for await (const chunk of answer) text += String(chunk);
  } catch {
    throw new NoClusterError(folder);
  }
  if (isRefused) throw new Error(refusalSchema.parse(JSON.parse(text)).problem);
  return snapshotSchema.parse(JSON.parse(text));
}

/** Checks that no cluster runs in a folder. @throws {@link ClusterRunsError} */
export async function requireFreeFolder(folder: string): Promise<void> {
  const running = await control(folder, 'status').catch(() => undefined);
  if (running !== undefined) throw new ClusterRunsError(folder, running);
}

function socketOf(folder: string): string {
  return path.join(folder, 'control.sock');
}
