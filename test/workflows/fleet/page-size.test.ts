import { WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { InvalidRequestError, type FleetResult } from '../../../client';
import { fleetIdOf } from '../../../contract';
import { freshAccounts, startFleets, type FleetHarness } from '../../support/fleets';
import { requestFor, until } from '../../support/harness';

let harness: FleetHarness;
beforeAll(async () => {
  harness = await startFleets();
});
afterAll(() => harness.stop());

type Start = (request: object) => Promise<FleetResult>;

const LIMIT = 'accounts: must be 100000 bytes of JSON at the most: send fewer accounts in a page';

function startWith(pages: number) {
  const name = harness.freshName();
  return harness.temporal.workflow.start<Start>('provisionFleet', {
    workflowId: fleetIdOf(name),
    taskQueue: harness.taskQueue,
    args: [{ name, pages }],
  });
}

test.concurrent('pages over the size are refused and named, and those that fit are taken', async () => {
  const [account = ''] = freshAccounts(1);
  const handle = await startWith(1);
  const tooLarge = { page: 0, accounts: [{ ...requestFor(account), name: 'x'.repeat(500_000) }] };
  await Promise.all(Array.from({ length: 10 }, () => handle.signal('addPage', tooLarge)));
  const { notes } = await until(
    () => handle.query<{ notes?: string[] }>('progress'),
    ({ notes }) => notes?.length === 10,
  );
  expect(new Set(notes)).toEqual(new Set([`addPage changed nothing: ${LIMIT}`]));
  const refused: unknown = await handle
    .executeUpdate<unknown, [unknown]>('addPage', { args: [tooLarge] })
    .catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(WorkflowUpdateFailedError);
  expect((refused as WorkflowUpdateFailedError).cause?.message).toBe(LIMIT);
  const fits = { page: 0, accounts: [requestFor(account)] };
  expect(await handle.executeUpdate<unknown, [unknown]>('addPage', { args: [fits] })).toMatchObject({
    accounts: 1,
  });
  expect(await handle.result()).toMatchObject({ succeeded: 1 });
});

test.concurrent.each([
  ['by their bytes', (accountId: string): object => ({ accountId, note: 'é'.repeat(25_000) }), 2],
  ['by their number', (account: string): object => requestFor(account), 251],
])('a fleet that is started with too many accounts %s fails with the limit', async (_, account, count) => {
  const name = harness.freshName();
  const args: [object] = [{ name, accounts: freshAccounts(count).map(account) }];
  const failed: unknown = await harness.temporal.workflow
    .execute('provisionFleet', { workflowId: fleetIdOf(name), taskQueue: harness.taskQueue, args })
    .catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(WorkflowFailedError);
  expect((failed as WorkflowFailedError).cause?.message).toMatch(/accounts: must be .* at the most/);
});

test.concurrent('the client refuses a request that no page can hold, and names it', async () => {
  const [account = '', other = ''] = freshAccounts(2);
  const accounts = [requestFor(account), requestFor(other, { tags: { big: 'x'.repeat(100_000) } })];
  await expect(harness.client.fleets.start({ name: 'large', accounts })).rejects.toThrow(InvalidRequestError);
  await expect(harness.client.fleets.plan(accounts).next()).rejects.toThrow('accounts.1: must be less than');
});

test.concurrent('full pages that come all at once are started a few at a time', async () => {
  const pages = 25;
  const handle = await startWith(pages);
  const filler = 'é'.repeat(49_000);
  // No run would take these, so each fails alone.
  const full = (page: number) => handle.signal('addPage', { page, accounts: [{ accountId: '1', filler }] });
  for (let page = 0; page < pages; page += 1) await full(page);
  expect(await handle.result()).toMatchObject({ accounts: pages, failed: pages });
});
