import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { emulatorEnvironment } from '../../sandbox';
import { freePort } from '../../sandbox/temporal-server';
import { commandFor } from '../support/command';
import { freshAccount, handleOf, requestFor, until, withHarness, type Harness } from '../support/harness';
import { findProgram, withPrometheus } from '../support/prometheus';

/** What Prometheus says to a query. */
interface Answer {
  error?: string;
  data?: { result: unknown[] };
}

interface Panel {
  title: string;
  description?: string;
  targets?: { expr: string }[];
}

const DASHBOARD = path.resolve(__dirname, '..', '..', 'monitoring', 'dashboard.json');
const { panels } = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as { panels: Panel[] };
const queries = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ title, expr: asAsked(expr) })),
);

/** A query as Grafana asks it. */
function asAsked(expr: string): string {
  return expr.replaceAll('$__rate_interval', '1m').replaceAll('$namespace', 'default');
}

/** Runs that meet most of what there is to see. */
async function provisionSome({ emulator, client, ...harness }: Harness): Promise<void> {
  const [throttled, forbidden, cancelled] = [freshAccount(), freshAccount(), freshAccount()];
  emulator.setFaults({
    accounts: [throttled],
    failNext: [
      { operation: 'CreateInstance', error: 'ThrottlingException', times: 1 },
      { operation: 'AssumeRole', error: 'AccessDenied', status: 403, times: 1 },
    ],
  });
  emulator.setFaults({ accounts: [forbidden], organizationForbids: true });
  emulator.setFaults({ accounts: [cancelled], creationMs: 600_000 });
  await client.start(requestFor(cancelled));
  await client.start(requestFor(forbidden, { onFailure: 'hold' }));
  await client.provision(requestFor(throttled));
  await until(
    () => emulator.instances({ account: cancelled }).length,
    (count) => count === 1,
  );
  const run = handleOf({ emulator, client, ...harness }, cancelled);
  await run.cancel();
  await run.result().catch(() => undefined);
}

test('each panel says what it shows, and none asks for an account', () => {
  for (const { title, description, targets } of panels)
    if (targets !== undefined) expect([title, description]).toEqual([title, expect.stringMatching(/\.$/)]);
  expect(queries.map(({ expr }) => expr).join('\n')).not.toMatch(/account_?id/i);
});

withPrometheus(
  'each query of the dashboard is answered from the metrics of a worker that is at work',
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'identity-center-dashboard-'));
    await withHarness({ worker: false }, async (harness) => {
      const command = commandFor(harness);
      const [metrics, web] = [await freePort(0), await freePort(0)];
      const worker = command.start(['worker', '--json'], {
        ...emulatorEnvironment(harness.emulator.url),
        IDENTITY_CENTER_METRICS_ADDRESS: `127.0.0.1:${metrics}`,
      });
      const config = path.join(folder, 'prometheus.yml');
      writeFileSync(
        config,
        JSON.stringify({
          global: { scrape_interval: '1s', scrape_timeout: '1s' },
          scrape_configs: [
            { job_name: 'identity-center', static_configs: [{ targets: [`127.0.0.1:${metrics}`] }] },
          ],
        }),
      );
      const prometheus = spawn(
        findProgram('prometheus')!,
        [
          `--config.file=${config}`,
          `--storage.tsdb.path=${path.join(folder, 'data')}`,
          `--web.listen-address=127.0.0.1:${web}`,
        ],
        { stdio: 'ignore' },
      );
      const ended = once(prometheus, 'exit');
      const query = async (expr: string) => {
        const url = `http://127.0.0.1:${web}/api/v1/query?query=${encodeURIComponent(expr)}`;
        const answer = await fetch(url).then(
          async (response) => (await response.json()) as Answer,
          (): Answer => ({ error: 'not there yet' }),
        );
        return answer.error ?? answer.data?.result.length ?? 0;
      };
      await until(worker.stdout, (seen) => seen.endsWith('\n'));
      await provisionSome(harness);
      // A counter is seen to grow between two looks of Prometheus: the same again, now that it has had one.
      await until(
        () => query('identity_center_holds_total'),
        (found) => found === 1,
      );
      await provisionSome(harness);
      const unanswered = async () => {
        const found = await Promise.all(
          queries.map(async ({ expr }) => ({ expr, found: await query(expr) })),
        );
        return found.filter(({ found: count }) => typeof count === 'string' || count === 0);
      };
      let left = await unanswered();
      for (let tries = 0; left.length > 0 && tries < 20; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        left = await unanswered();
      }
      prometheus.kill('SIGTERM');
      worker.child.kill('SIGTERM');
      await Promise.all([ended, worker.finished]);
      command.dispose();
      expect(left).toEqual([]);
    });
    rmSync(folder, { recursive: true });
  },
);
