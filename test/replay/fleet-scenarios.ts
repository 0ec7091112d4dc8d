import type { StartedRun } from '../../client';
import { PLAN_PAGE_WORKFLOW } from '../../contract';
import { requestFor, until, type Harness } from '../support/harness';
import { fails, type Scenario } from './scenario';

const steerFleet = async ({ client }: Harness, account: string) => {
  const name = `recorded-${account}`;
  await until(
    () => client.fleets.status(name),
    ({ held, failed }) => held === 1 && failed === 1,
  );
  for (const order of ['pause', 'resume', 'retry'] as const) await client.fleets.order(name, order);
};

export const fleetScenarios: Record<string, Scenario> = {
  fleet: { start: startFleet, during: steerFleet },
  'fleet-page': { start: startFleetPage, during: steerFleet },
  // As above, with the calls that its worker tells it.
  'fleet-calls': { start: startFleet, during: steerFleet },
  'fleet-plan': { start: startPlan },
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
    ...{ taskQueue, workflowId: `identity-center-plan/recorded-${accountId}/0` },
    args: [{ accounts, maxConcurrent: 2 }],
  });
  return { accountId, workflowId, runId, joined: false };
}
