import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { FLEET_PAGE_WORKFLOW, fleetIdOf, PLAN_PAGE_WORKFLOW } from '../../../contract';
import { freshAccounts, startFleets, type FleetHarness } from '../../support/fleets';
import { requestFor, until } from '../../support/harness';

let harness: FleetHarness;
beforeAll(async () => {
  harness = await startFleets();
});
afterAll(() => harness.stop());

/** What a workflow ends with that is started with an argument, as anybody may. */
async function failureOf(type: string, workflowId: string, argument: object): Promise<ApplicationFailure> {
  const args: [object] = [argument];
  const error: unknown = await harness.temporal.workflow
    .execute(type, { workflowId, taskQueue: harness.taskQueue, args })
    .catch((it: unknown) => it);
  if (error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure) return error.cause;
  throw error;
}

test.concurrent.each([
  ['under the workflow ID of another name', (name: string) => [fleetIdOf(`not-${name}`), name]],
  ['under a workflow ID that is none of a fleet', (name: string) => [`my-${name}`, name]],
])('a fleet %s is refused, and says which it has to be', async (_, idAndName) => {
  const [workflowId = '', name = ''] = idAndName(`named-${freshAccounts(1)[0]}`);
  const error = await failureOf('provisionFleet', workflowId, { name, accounts: [] });
  expect(error).toMatchObject({ type: 'InvalidRequest' });
  expect(error.message).toContain(`the workflow ID is ${workflowId}, and has to be ${fleetIdOf(name)}`);
});

test.concurrent.each(['', 'x'.repeat(5_000), 'identity-center-fleet/nobody'])(
  'a page that no fleet has started is refused, whatever fleet it names',
  async (fleetId) => {
    const [account = ''] = freshAccounts(1);
    const workflowId = `identity-center-fleet/nobody/by-hand-${account}/0`;
    const page = {
      fleet: 'nobody',
      fleetId,
      page: 0,
      accounts: [{ accountId: account }],
      searchable: false,
      trustHistory: false,
    };
    const error = await failureOf(FLEET_PAGE_WORKFLOW, workflowId, page);
    expect(error).toMatchObject({ type: 'InvalidRequest' });
    expect(error.message).toContain('fleetId: must be the fleet that has started the page');
  },
);

test.concurrent('a plan that is started by hand works, is bounded, and can be cancelled', async () => {
  const [account = ''] = freshAccounts(1);
  const { workflow } = harness.temporal;
  const planned = (maxConcurrent: number) => ({ accounts: [requestFor(account)], maxConcurrent });
  const options = (suffix: string) => ({
    workflowId: `plan-by-hand/${account}/${suffix}`,
    taskQueue: harness.taskQueue,
    args: [planned(1)] as [object],
  });
  expect(await workflow.execute(PLAN_PAGE_WORKFLOW, options('good'))).toMatchObject([
    { accountId: account, plan: 'create' },
  ]);
  const error = await failureOf(PLAN_PAGE_WORKFLOW, `plan-by-hand/${account}/much`, planned(1e9));
  expect(error.message).toContain('maxConcurrent: must be from 1 to 100');
  const failNext = [{ operation: 'ListInstances', error: 'ThrottlingException', times: 10_000 }];
  harness.emulator.setFaults({ accounts: [account], failNext });
  const handle = await workflow.start(PLAN_PAGE_WORKFLOW, options('cancelled'));
  await until(
    () => handle.describe(),
    ({ raw }) => (raw.pendingActivities?.length ?? 0) > 0,
  );
  await handle.cancel();
  const cause: unknown = await handle.result().catch((error: unknown) => (error as Error).cause);
  expect(cause).toBeInstanceOf(CancelledFailure);
});
