import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { emulatorEnvironment } from '../../sandbox';
import { freePort } from '../../sandbox/temporal-server';
import { commandFor } from '../support/command';
import { freshAccount, handleOf, requestFor, until, withHarness, type Harness } from '../support/harness';
import { startPrometheus, withPrometheus } from '../support/prometheus';
import { asAsked, PANELS } from './panels';

const queries = PANELS.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ title, expr: asAsked(expr) })),
);

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
  emulator.setOrganization({ accounts: [] });
  await client.audits.result(await client.audits.start({ name: freshAccount() }));
  await until(
    () => emulator.instances({ account: cancelled }).length,
    (count) => count === 1,
  );
  const run = handleOf({ emulator, client, ...harness }, cancelled);
  await run.cancel();
  await run.result().catch(() => undefined);
}

test('each panel says what it shows, and none asks for an account', () => {
  for (const { title, description, targets } of PANELS)
    if (targets !== undefined) expect([title, description]).toEqual([title, expect.stringMatching(/\.$/)]);
  expect(queries.map(({ expr }) => expr).join('\n')).not.toMatch(/account_?id/i);
});

withPrometheus(
  'each query of the dashboard is answered from the metrics of a worker that is at work',
  async () => {
    await withHarness({ worker: false }, async (harness) => {
      const command = commandFor(harness);
      const metrics = await freePort(0);
      const folder = mkdtempSync(path.join(tmpdir(), 'receivers-'));
      const receivers = path.join(folder, 'receivers.yaml');
      writeFileSync(
        receivers,
        "receivers: [{ name: topic, sns: { topicArn: 'arn:aws:sns:eu-west-1:999999999999:runs' } }]",
      );
      const worker = command.start(['worker', '--json'], {
        ...emulatorEnvironment(harness.emulator.url),
        IDENTITY_CENTER_RECEIVERS_FILE: receivers,
        IDENTITY_CENTER_METRICS_ADDRESS: `127.0.0.1:${metrics}`,
      });
      const prometheus = await startPrometheus(metrics);
      const query = async (expr: string) => {
        const found = await prometheus.query(expr);
        return typeof found === 'string' ? found : found.length;
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
      worker.child.kill('SIGTERM');
      await Promise.all([prometheus.stop(), worker.finished]);
      command.dispose();
      rmSync(folder, { recursive: true });
      expect(left).toEqual([]);
    });
  },
);
