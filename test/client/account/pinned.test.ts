import { randomUUID } from 'node:crypto';
import { Deployment } from '../../../chaos/upgrade/deployment';
import { workflowIdOf } from '../../../contract';
import { startWorkerProcess } from '../../../sandbox';
import { freshAccount, requestFor, until, withHarness } from '../../support/harness';

test('a run whose version has no worker left says so, and how it is moved; then it goes on', async () => {
  await withHarness({ worker: false }, async ({ address, client, emulator, taskQueue, temporal }) => {
    const account = freshAccount();
    const name = `deployment-${randomUUID()}`;
    const deployment = new Deployment(temporal, taskQueue, name);
    const startWorker = (buildId: string) =>
      startWorkerProcess(address, taskQueue, emulator.url, {
        TEMPORAL_DEPLOYMENT_NAME: name,
        TEMPORAL_WORKER_BUILD_ID: buildId,
      });
    emulator.setFaults({ accounts: [account], organizationForbids: true });
    const old = await startWorker('old');
    await deployment.setCurrent('old');
    const run = await client.start(requestFor(account, { onFailure: 'hold' }));
    await until(
      () => client.status(account),
      ({ stage }) => stage === 'held',
    );
    await old.stop();
    const { notice } = await client.status(account);
    expect(notice).toBe(
      `The run is pinned to version old of ${name}, of which no worker answers on task queue ${taskQueue}: start one, or move the run to the current version: temporal workflow update-options --workflow-id ${workflowIdOf(account)} --versioning-override-behavior auto_upgrade`,
    );

    const renewed = await startWorker('new');
    await deployment.setCurrent('new');
    await deployment.move(run.workflowId, 'new');
    emulator.setFaults({ accounts: [account] });
    await client.retry(account);
    expect(await client.result(run)).toMatchObject({ outcome: 'created' });
    expect(await deployment.versionOf(run.workflowId)).toEqual({ buildId: 'new', isPinned: true });
    await renewed.stop();
  });
});
