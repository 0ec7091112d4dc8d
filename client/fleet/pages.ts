import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { ADD_PAGE_SIGNAL, paginate as cutIntoPages, type FleetPage } from '../../contract';
import { InvalidRequestError } from '../errors';

/**
 * After so many the fleet gets the time to start them: its history grows by each, and it goes on in a new execution only
 * where nothing is under way.
 */
const BATCH = 10;
const LOOK_EVERY_MS = 100;

/**
 * Cuts a list of requests into pages of a fleet.
 *
 * @throws InvalidRequestError where one request does not fit
 */
export function paginate<T extends object>(accounts: readonly T[]): T[][] {
  return cutIntoPages(
    accounts,
    (index, message) => new InvalidRequestError([{ field: `accounts.${index}`, message }]),
  );
}

/**
 * Gives a fleet the pages that it lacks, no faster than it takes them.
 *
 * @param arrived how many pages it has
 * @param ask how many pages it has now
 */
export async function sendPages(
  fleet: WorkflowHandle,
  pages: readonly (readonly unknown[])[],
  arrived: number,
  ask: () => Promise<number>,
): Promise<void> {
  for (const [page, accounts] of pages.entries()) {
    if (page < arrived) continue;
    if (page > arrived && page % BATCH === 0) while ((await ask()) < page) await sleep(LOOK_EVERY_MS);
    await fleet.signal<[FleetPage]>(ADD_PAGE_SIGNAL, { page, accounts: [...accounts] });
  }
}
