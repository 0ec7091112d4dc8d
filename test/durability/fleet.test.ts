import type { History } from '@temporalio/common/lib/proto-utils';
import { FleetUnansweredError } from '../../client';
import { fleetIdOf } from '../../contract';
import { startWorkerProcess } from '../../sandbox';
import { freshAccounts } from '../support/fleets';
import { requestFor, until, withHarness, type Harness } from '../support/harness';

function promise(name: string, prove: (harness: Harness) => Promise<void>): void {
  test.concurrent(name, () => withHarness({ worker: false }, prove));
}

const startWorker = ({ address, taskQueue, emulator }: Harness) =>
  startWorkerProcess(address, taskQueue, emulator.url);

promise(
  'a fleet whose worker is killed in the middle goes on with the next: one instance an account',
  async (harness) => {
    const ids = freshAccounts(30);
    harness.emulator.setFaults({ accounts: ids, creationMs: 500 });
    const fleet = { name: 'killed', accounts: ids.map((id) => requestFor(id)), maxConcurrent: 5 };
    const killed = await startWorker(harness);
    await harness.client.fleets.start(fleet);
    await until(
      () => harness.emulator.instances().length,
      (made) => made >= 8,
    );
    await killed.kill();
    const worker = await startWorker(harness);
    expect(await harness.client.fleets.result('killed')).toMatchObject({ accounts: 30, succeeded: 30 });
    const made = harness.emulator.instances().map(({ accountId }) => accountId);
    expect(made.sort()).toEqual([...ids].sort());
    await worker.stop();
  },
);

promise(
  'who asks about a fleet right after the worker that did it was killed is answered by another',
  async (harness) => {
    const [account = ''] = freshAccounts(1);
    harness.emulator.setFaults({ accounts: [account], creationMs: 600_000, deletionMs: 0 });
    const killed = await startWorker(harness);
    await harness.client.fleets.start({ name: 'asked', accounts: [requestFor(account)] });
    await until(
      () => harness.client.fleets.status('asked'),
      ({ open }) => open === 1,
    );
    const worker = await startWorker(harness);
    await killed.kill();
    await expect(harness.client.fleets.status('asked')).resolves.toMatchObject({ open: 1 });
    await harness.client.fleets.cancel('asked');
    await worker.stop();
  },
);

promise('a worker that polls, and has had no time for ten seconds, is waited for', async (harness) => {
  const [account = ''] = freshAccounts(1);
  harness.emulator.setFaults({ accounts: [account], creationMs: 600_000, deletionMs: 0 });
  const worker = await startWorker(harness);
  await harness.client.fleets.start({ name: 'busy', accounts: [requestFor(account)] });
  await until(
    () => harness.client.fleets.status('busy'),
    ({ open }) => open === 1,
  );
  worker.freeze();
  setTimeout(() => {
    worker.thaw();
  }, 12_000);
  await Promise.all([
    expect(harness.client.fleets.status('busy')).resolves.toMatchObject({ open: 1 }),
    expect(harness.client.fleets.steer('busy', 'pause')).resolves.toMatchObject({ stage: 'paused' }),
  ]);
  await harness.client.fleets.cancel('busy');
  await worker.stop();
});

test.concurrent(
  'a fleet that was ended before a worker took it is told as one that has begun nothing, and keeps no other from the list',
  // To list the fleets of all tests, whose workers are gone, would take minutes.
  () =>
    withHarness({ worker: false, ownServer: {} }, async (harness) => {
      const [account = '', open = ''] = freshAccounts(2);
      const { client, temporal, emulator } = harness;
      const fleet = { name: 'unbegun', accounts: [requestFor(account)] };
      emulator.setFaults({ accounts: [open], creationMs: 600_000, deletionMs: 0 });
      const first = await startWorker(harness);
      await client.fleets.start({ name: 'beside-unbegun', accounts: [requestFor(open)] });
      await until(
        () => client.fleets.status('beside-unbegun'),
        (status) => status.open === 1,
      );
      await first.stop();
      await client.fleets.start(fleet);
      await temporal.workflow.getHandle(fleetIdOf(fleet.name)).terminate();
      await expect(client.fleets.status(fleet.name)).rejects.toMatchObject({
        name: 'NoFleetError',
        message: expect.stringMatching(/ended before a worker took it.*fleet start/) as string,
      });

      const worker = await startWorker(harness);
      const stages = await until(
        async () => {
          const found = new Map<string, string | undefined>();
          for await (const { name, stage } of client.fleets.list()) found.set(name, stage);
          return found;
        },
        (found) => found.has('unbegun') && found.has('beside-unbegun'),
      );
      expect([stages.get('unbegun'), stages.get('beside-unbegun')]).toEqual([undefined, 'running']);
      await client.fleets.cancel('beside-unbegun');
      await client.fleets.start(fleet);
      await expect(client.fleets.result(fleet.name)).resolves.toMatchObject({ succeeded: 1 });
      await worker.stop();
    }),
);

promise('without a worker, who asks about a fleet is told so', async (harness) => {
  const [account = ''] = freshAccounts(1);
  await harness.client.fleets.start({ name: 'alone', accounts: [requestFor(account)] });
  await Promise.all([
    expect(harness.client.fleets.status('alone')).rejects.toThrow(FleetUnansweredError),
    expect(harness.client.fleets.steer('alone', 'pause')).rejects.toThrow('no worker has answered'),
  ]);
});

promise(
  'pages that waited for a worker together are started ten at a time: a message has to hold what starts them',
  async (harness) => {
    const ids = freshAccounts(30);
    const handle = await harness.temporal.workflow.start<(request: object) => Promise<object>>(
      'provisionFleet',
      {
        workflowId: fleetIdOf('flood'),
        taskQueue: harness.taskQueue,
        args: [{ name: 'flood', pages: 30 }],
      },
    );
    for (const [page, account] of ids.entries())
      await handle.signal('addPage', { page, accounts: [requestFor(account)] });
    const worker = await startWorker(harness);
    expect(await handle.result()).toMatchObject({ accounts: 30, succeeded: 30 });
    await worker.stop();
    expect(mostStartsOfATask(await handle.fetchHistory())).toBe(10);
  },
);

/** The most child workflows that one workflow task started. */
function mostStartsOfATask({ events }: History): number {
  const starts = new Map<string, number>();
  for (const { startChildWorkflowExecutionInitiatedEventAttributes: start } of events ?? []) {
    if (!start) continue;
    const task = String(start.workflowTaskCompletedEventId);
    starts.set(task, (starts.get(task) ?? 0) + 1);
  }
  return Math.max(...starts.values());
}
