import { z } from 'zod';
import { readBy, type ReadRequest } from '../validation';

/** Workflow type of a page of a fleet; started by the workflow of its fleet only. */
export const FLEET_PAGE_WORKFLOW = 'provisionFleetPage';

/**
 * A page holds this many accounts and bytes of JSON at the most: a payload far below Temporal's 2 MiB, and a history of
 * its own below 10,000 events.
 */
export const MAX_PAGE_ACCOUNTS = 250;
export const MAX_PAGE_BYTES = 100_000;

const pageSchema = z.strictObject({
  page: z.number().int('must be a whole number').min(0, 'must be 0 or more'),
  accounts: z.array(z.unknown()).max(MAX_PAGE_ACCOUNTS, `no more than ${MAX_PAGE_ACCOUNTS} accounts`),
});

/** Signal that gives a fleet its page `page`, from 0; a page that it has already changes nothing. */
export const ADD_PAGE_SIGNAL = 'addPage';
export type FleetPage = z.output<typeof pageSchema>;

/** Reads the argument of the signal `addPage`. */
export function readPage(input: unknown): ReadRequest<FleetPage> {
  return readBy(pageSchema, input);
}

/** Query of a page: an {@link AccountOutcome} of each account that has ended. */
export const OUTCOMES_QUERY = 'outcomes';

/** Query of a page: its {@link UnfinishedAccount}s. */
export const UNFINISHED_QUERY = 'unfinished';

/** An account of a fleet that has not ended: its run is held, or open, or not begun. */
export interface UnfinishedAccount {
  accountId: string;
  end: 'held' | 'open' | 'waiting';
  /** ISO 8601; of one that has begun. */
  startedAt?: string;
}
