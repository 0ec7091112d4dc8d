import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { workflowIdOf } from '../../../contract';
import { canRunCluster } from '../../support/cluster';
import { commandRunner } from '../../support/command';
import { until } from '../../support/harness';

interface Up {
  temporalAddress: string;
  uiUrl: string;
  run: { accountId: string; stage: string };
}

/** The shared server has nothing to do with it: a cluster has its own processes, database and data. */
(canRunCluster ? test : test.skip)(
  'up --cluster provisions the sample account on a cluster, serves other verbs and the UI, and leaves nothing running',
  async () => {
    const home = mkdtempSync(path.join(tmpdir(), 'ico-'));
    // PostgreSQL runs as another user where this one is root.
    chmodSync(home, 0o755);
    const command = commandRunner({ IDENTITY_CENTER_HOME: home });
    const started = command.start(['up', '--cluster', '--json']);
    try {
      const line = await Promise.race([
        until(started.stdout, (seen) => seen.endsWith('\n')),
        started.finished.then(({ code, stderr }) => {
          throw new Error(`up ended with ${code}: ${stderr}`);
        }),
      ]);
      const { temporalAddress, uiUrl, run } = JSON.parse(line) as Up;
      expect(run.stage).toBe('active');
      const ui = await fetch(uiUrl);
      expect(ui.status).toBe(200);
      const connection = await Connection.connect({ address: temporalAddress });
      const { status } = await new Client({ connection }).workflow
        .getHandle(workflowIdOf(run.accountId))
        .describe();
      expect(status.name).toBe('COMPLETED');
      await connection.close();
      const other = await command.run(['provision', '444455556666', '--region', 'eu-west-1']);
      expect(other).toMatchObject({ code: 0 });

      started.child.kill('SIGINT');
      const ended = await started.finished;
      expect(ended.stderr).toBe('');
      await expect(Connection.connect({ address: temporalAddress, connectTimeout: 2_000 })).rejects.toThrow();
    } finally {
      started.child.kill('SIGTERM');
      await started.finished;
      command.dispose();
      rmSync(home, { recursive: true, force: true });
    }
  },
);
