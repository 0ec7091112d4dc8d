import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { startCluster, type Cluster } from '../../../sandbox/cluster';
import { control } from '../../../sandbox/cluster/control';
import { registerSearchAttributes } from '../../../client';
import { SEARCH_ATTRIBUTE_NAMES } from '../../../contract';
import { canRunCluster } from '../../support/cluster';

(canRunCluster ? describe : describe.skip)('a cluster', () => {
  let folder: string;
  let cluster: Cluster;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cluster-'));
    cluster = await startCluster({ folder, uiPort: 0, searchAttributes: SEARCH_ATTRIBUTE_NAMES });
  });
  afterAll(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const pidOf = (name: string) => cluster.status().find((it) => it.name === name)?.pid;

  test('has eight processes, its search attributes, and a UI that reaches it', async () => {
    const pids = cluster.status().map(({ pid }) => pid);
    expect(new Set(pids).size).toBe(8);
    expect(pids).not.toContain(undefined);
    const connection = await Connection.connect({ address: cluster.address });
    expect(await registerSearchAttributes(connection, 'default')).toMatchObject({ registered: [] });
    await connection.close();
    const answer = await fetch(`${cluster.uiUrl}/api/v1/namespaces/default`);
    expect(await answer.json()).toMatchObject({ namespaceInfo: { name: 'default' } });
  });

  test('goes on with what it knew after PostgreSQL and a history process were killed', async () => {
    const connection = await Connection.connect({ address: cluster.address });
    const { workflow } = new Client({ connection });
    const ids = Array.from({ length: 8 }, (_, index) => `run-${index}`);
    for (const workflowId of ids) await workflow.start('nothing', { workflowId, taskQueue: 'nobody' });
    const before = pidOf('history-1');
    await control(folder, 'kill', 'history-1');
    await control(folder, 'kill', 'postgresql');
    expect([pidOf('history-1'), pidOf('postgresql')]).toEqual([undefined, undefined]);
    await control(folder, 'start', 'postgresql');
    await control(folder, 'start', 'history-1');
    expect(pidOf('history-1')).not.toBe(before);
    for (const id of ids)
      expect((await untilAnswered(() => workflow.getHandle(id).describe())).status.name).toBe('RUNNING');
    await connection.close();
  });

  test('is one a folder, and says how to work with that one', async () => {
    await expect(startCluster({ folder })).rejects.toThrow(`export TEMPORAL_ADDRESS=${cluster.address}`);
    await expect(control(folder, 'kill', 'nobody')).rejects.toThrow(
      'There is no nobody: postgresql, frontend',
    );
    await expect(control(tmpdir(), 'status')).rejects.toThrow('npm run cluster');
  });
});

/** Shards move to the process that is left, and back, within seconds. */
async function untilAnswered<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
