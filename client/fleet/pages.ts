import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import {
  ADD_PAGE_SIGNAL,
  jsonBytes,
  MAX_PAGE_ACCOUNTS,
  MAX_PAGE_BYTES,
  type FleetPage,
} from '../../contract';
import { InvalidRequestError } from '../errors';

/**
 * After so many the fleet gets the time to start them: its history grows by each, and it goes on in a new execution only
 * where nothing is under way.
 */
const BATCH = 10;
const LOOK_EVERY_MS = 100;

/**
 * Cuts a list of requests into pages that fit into a payload, and into the history of the workflow that holds one.
 *
 * @throws InvalidRequestError where one request does not fit
 */
export function paginate<T extends object>(accounts: readonly T[]): T[][] {
  const pages: T[][] = [];
  let bytes = 0;
  for (const [index, account] of accounts.entries()) {
    // A comma or a bracket follows each, and a bracket comes first.
    const size = jsonBytes(account) + 1;
    if (size + 1 > MAX_PAGE_BYTES) throw tooLarge(index);
    const last = pages.at(-1);
    if (last === undefined || last.length === MAX_PAGE_ACCOUNTS || bytes + size > MAX_PAGE_BYTES) {
      pages.push([account]);
      bytes = 1 + size;
    } else {
      last.push(account);
      bytes += size;
    }
  }
  return pages;
}

function tooLarge(index: number): Error {
  const message = `must be less than ${MAX_PAGE_BYTES} bytes of JSON: no request that AWS would take is larger`;
  return new InvalidRequestError([{ field: `accounts.${index}`, message }]);
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
