import type { StartedRun } from '../../client';
import { ADD_PAGE_SIGNAL, FLEET_WORKFLOW, fleetIdOf, PLAN_PAGE_WORKFLOW } from '../../contract';
import { requestFor, until, type Harness } from '../support/harness';
import { fails, type Scenario } from './scenario';

const steerFleet = async ({ client }: Harness, account: string) => {
  const name = `recorded-${account}`;
  await until(
    () => client.fleets.status(name),
    ({ held, failed }) => held === 1 && failed === 1,
  );
  for (const steer of ['pause', 'resume', 'retry'] as const) await client.fleets.steer(name, steer);
};

export const fleetScenarios: Record<string, Scenario> = {
  fleet: { start: startFleet, during: steerFleet },
  'fleet-page': { start: startFleetPage, during: steerFleet },
  'fleet-plan': { start: startPlan },
  // Accounts that are done: one that is as it was, and one whose instance is gone.
  'fleet-page-verified': { start: startVerifyingPage },
  // A page whose accounts are tried again waits for a later one that is busy.
  'fleet-pages-retried': { start: startTwoPages, during: retryTwoPages },
  // The page of a stopping fleet, whose held account is tried again.
  'fleet-page-stopped': { start: startStoppingPage, during: retryHeld },
  // They go on in another execution, the page with a run that the one before has started.
  'fleet-continued': {
    start: (harness, account) => startContinued(harness, account, 'fleet'),
    during: retryHeld,
  },
  'fleet-page-continued': {
    start: (harness, account) => startContinued(harness, account, 'page'),
    during: retryHeld,
  },
};

/** A fleet of an account that succeeds, one that is refused for good and tried again, and one that is no request. */
async function startFleet({ client, emulator }: Harness, accountId: string): Promise<StartedRun> {
  const refused = String(Number(accountId) + 1_000);
  emulator.setFaults({ accounts: [refused], ...fails('ValidationException') });
  const { workflowId, runId } = await client.fleets.start({
    name: `recorded-${accountId}`,
    accounts: [
      requestFor(accountId),
      requestFor(refused, { onFailure: 'hold' }),
      { accountId: '1', region: '' },
    ],
  });
  return { accountId, workflowId, runId, joined: false };
}

/** The page of that fleet. */
async function startFleetPage(harness: Harness, accountId: string): Promise<StartedRun> {
  await startFleet(harness, accountId);
  const { pageIdPrefix, pages } = await until(
    () => harness.client.fleets.status(`recorded-${accountId}`),
    ({ pages: { arrived }, open }) => arrived === 1 && open > 0,
  );
  const { runId } = await harness.temporal.workflow
    .getHandle(`${pageIdPrefix}${pages.arrived - 1}`)
    .describe();
  return { accountId, workflowId: `${pageIdPrefix}0`, runId, joined: false };
}

/** The page of a fleet of two accounts that runs have provisioned; the instance of one was deleted since. */
async function startVerifyingPage(harness: Harness, accountId: string): Promise<StartedRun> {
  const { client, temporal } = harness;
  const gone = String(Number(accountId) + 1_000);
  const name = `recorded-${accountId}`;
  await client.provision(requestFor(accountId));
  const { instanceArn } = await client.provision(requestFor(gone));
  await harness.deleteInstance(gone, instanceArn);
  await client.fleets.start({ name, accounts: [requestFor(accountId), requestFor(gone)] });
  const { pageIdPrefix } = await until(
    () => client.fleets.status(name),
    ({ pages: { arrived } }) => arrived === 1,
  );
  const { runId } = await temporal.workflow.getHandle(`${pageIdPrefix}0`).describe();
  return { accountId, workflowId: `${pageIdPrefix}0`, runId, joined: false };
}

/** A plan for an account that a run has provisioned, one that has nothing, and one that AWS does not answer. */
async function startPlan(
  { client, emulator, temporal, taskQueue }: Harness,
  accountId: string,
): Promise<StartedRun> {
  await client.provision(requestFor(accountId));
  const [empty, silent] = [1_000, 2_000].map((more) => String(Number(accountId) + more));
  emulator.setFaults({
    accounts: [silent ?? ''],
    failNext: [{ operation: 'ListInstances', error: 'html503', times: 50 }],
  });
  const accounts = [accountId, empty, silent].map((account) => requestFor(account ?? ''));
  const { workflowId, firstExecutionRunId: runId } = await temporal.workflow.start(PLAN_PAGE_WORKFLOW, {
    taskQueue,
    workflowId: `identity-center-plan/recorded-${accountId}/0`,
    args: [{ accounts, maxConcurrent: 2 }],
  });
  return { accountId, workflowId, runId, joined: false };
}

/** An account that AWS refuses, and in the next page one that is slow. */
async function startTwoPages(
  { emulator, temporal, taskQueue }: Harness,
  accountId: string,
): Promise<StartedRun> {
  const slow = String(Number(accountId) + 1_000);
  emulator.setFaults({ accounts: [accountId], ...fails('ValidationException') });
  emulator.setFaults({ accounts: [slow], creationMs: 4_000 });
  const name = `recorded-${accountId}`;
  const handle = await temporal.workflow.start(FLEET_WORKFLOW, {
    taskQueue,
    workflowId: fleetIdOf(name),
    args: [{ name, pages: 2, maxConcurrent: 1 }],
  });
  for (const [page, account] of [accountId, slow].entries())
    await handle.signal(ADD_PAGE_SIGNAL, { page, accounts: [requestFor(account)] });
  const { workflowId, firstExecutionRunId: runId } = handle;
  return { accountId, workflowId, runId, joined: false };
}

async function retryTwoPages({ client }: Harness, account: string): Promise<void> {
  const name = `recorded-${account}`;
  await until(
    () => client.fleets.status(name),
    ({ failed, open }) => failed === 1 && open === 1,
  );
  await client.fleets.steer(name, 'retry');
}

async function startStoppingPage(harness: Harness, accountId: string): Promise<StartedRun> {
  const { client, emulator, temporal } = harness;
  const [failing = '', rest = ''] = [1_000, 2_000].map((more) => String(Number(accountId) + more));
  emulator.setFaults({ accounts: [accountId, failing], organizationForbids: true });
  const name = `recorded-${accountId}`;
  await client.fleets.start({
    name,
    maxConcurrent: 1,
    stopAfterFailures: 1,
    accounts: [requestFor(accountId, { onFailure: 'hold' }), requestFor(failing), requestFor(rest)],
  });
  const { pageIdPrefix } = await until(
    () => client.fleets.status(name),
    ({ held, stage }) => held === 1 && stage === 'stopping',
  );
  const { runId } = await temporal.workflow.getHandle(`${pageIdPrefix}0`).describe();
  return { accountId, workflowId: `${pageIdPrefix}0`, runId, joined: false };
}

async function retryHeld({ client, emulator }: Harness, account: string): Promise<void> {
  emulator.setFaults({ accounts: [account], organizationForbids: false });
  await client.fleets.steer(`recorded-${account}`, 'retry');
}

/** A fleet with a held account that, or whose page, has got so many signals that it goes on in another execution. */
async function startContinued(
  { client, emulator, temporal }: Harness,
  accountId: string,
  which: 'fleet' | 'page',
): Promise<StartedRun> {
  emulator.setFaults({ accounts: [accountId], organizationForbids: true });
  const name = `recorded-${accountId}`;
  await client.fleets.start({ name, accounts: [requestFor(accountId, { onFailure: 'hold' })] });
  const { pageIdPrefix } = await until(
    () => client.fleets.status(name),
    ({ held }) => held === 1,
  );
  const handle = temporal.workflow.getHandle(which === 'fleet' ? fleetIdOf(name) : `${pageIdPrefix}0`);
  const { runId: first } = await handle.describe();
  for (let sent = 0; sent < 2_600; sent += 100)
    await Promise.all(Array.from({ length: 100 }, () => handle.signal('nothing that it knows')));
  const { runId } = await until(
    () => handle.describe(),
    ({ runId }) => runId !== first,
  );
  return { accountId, workflowId: handle.workflowId, runId, joined: false };
}
