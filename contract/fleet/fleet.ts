import { z } from 'zod';
import type { FleetCalls } from './calls';
import type { ProgressFailure } from '../account/progress';
import { readBy, type ReadRequest } from '../validation';

/** Workflow type that provisions many accounts. */
export const FLEET_WORKFLOW = 'provisionFleet';

/** Workflow type of a page of a fleet; started by {@link FLEET_WORKFLOW} only. */
export const FLEET_PAGE_WORKFLOW = 'provisionFleetPage';

const FLEET_ID_PREFIX = 'identity-center-fleet/';

/** The workflow ID of a fleet. */
export function fleetIdOf(name: string): string {
  return `${FLEET_ID_PREFIX}${name}`;
}

/**
 * A page holds this many accounts and bytes of JSON at the most: a payload far below Temporal's 2 MiB, and a history of
 * its own below 10,000 events.
 */
export const MAX_PAGE_ACCOUNTS = 250;
export const MAX_PAGE_BYTES = 100_000;

const SHARE = /^(100|\d{1,2})%$/;

const STOP_WORDS = 'must be a count of 1 or more, or a whole share such as "5%"';

const fieldsSchema = z.strictObject({
  /** Names the fleet; part of its workflow ID. */
  name: z.string().regex(/^[\w.-]{1,64}$/, 'may hold letters, digits and _ . -, 64 at the most'),
  /** Requests of accounts, where one page holds them all. */
  accounts: z
    .array(z.unknown())
    .max(MAX_PAGE_ACCOUNTS, `no more than ${MAX_PAGE_ACCOUNTS} accounts; more come by the signal "addPage"`)
    .optional(),
  /** How many pages come by the signal `addPage`. */
  pages: z.number().int('must be a whole number').min(0, 'must be 0 or more').default(0),
  /** Tells manifests apart: a fleet that is open is joined only by the same one. */
  digest: z.string().max(100, 'must have 100 characters at the most').optional(),
  /** Account runs that are open at once, those held aside. */
  maxConcurrent: z
    .number()
    .int('must be a whole number')
    .min(1, 'must be from 1 to 1000')
    .max(1000, 'must be from 1 to 1000')
    .default(50),
  /** No new account is started once so many have failed: a count, or a share of all such as `"5%"`. */
  stopAfterFailures: z
    .union([z.number().int(STOP_WORDS).min(1, STOP_WORDS), z.string().regex(SHARE, STOP_WORDS)], {
      error: STOP_WORDS,
    })
    .optional(),
});

const fleetSchema = fieldsSchema.refine(({ accounts, pages }) => accounts === undefined || pages === 0, {
  path: ['pages'],
  error: 'must be left out where "accounts" is given',
});

/** The request of a fleet: the one argument of its workflow. */
export type FleetRequest = z.output<typeof fleetSchema>;
export type FleetRequestInput = z.input<typeof fleetSchema>;

/** Reads the request of a fleet; its accounts are read one by one when they are started. */
export function readFleetRequest(input: unknown): ReadRequest<FleetRequest> {
  return readBy(fleetSchema, input);
}

/** Signal that gives a fleet its page `page`, from 0; a page that it has already changes nothing. */
export const ADD_PAGE_SIGNAL = 'addPage';
export interface FleetPage {
  page: number;
  accounts: unknown[];
}

const pageSchema = z.strictObject({
  page: z.number().int('must be a whole number').min(0, 'must be 0 or more'),
  accounts: z.array(z.unknown()).max(MAX_PAGE_ACCOUNTS, `no more than ${MAX_PAGE_ACCOUNTS} accounts`),
});

export function readPage(input: unknown): ReadRequest<FleetPage> {
  return readBy(pageSchema, input);
}

const adjustSchema = z.strictObject({ maxConcurrent: fieldsSchema.shape.maxConcurrent.unwrap() });

/** Update that changes a fleet while it runs; its argument is a {@link FleetAdjustment}. */
export const ADJUST_UPDATE = 'adjust';

/** What the Update changes while a fleet runs. */
export type FleetAdjustment = z.output<typeof adjustSchema>;

export function readAdjustment(input: unknown): ReadRequest<FleetAdjustment> {
  return readBy(adjustSchema, input);
}

/** The orders of a fleet; each is a signal and an Update. */
export const FLEET_STEERING = {
  pause: 'No new account is started, and no open run writes to AWS, until resume.',
  resume: 'Lets a paused fleet go on.',
  retry: 'Tries the held and the failed accounts again.',
} as const;
export type FleetSteer = keyof typeof FLEET_STEERING;

/** How an account of a fleet ended. */
export type AccountEnd = 'succeeded' | 'failed' | 'cancelled' | 'skipped';

/** Why an account failed; the account it is told with, and a report of many has to fit into a payload. */
export type AccountFailure = Omit<ProgressFailure, 'message'>;

/** What the run of an account came to. */
export interface RunOutcome {
  accountId: string;
  end: AccountEnd;
  /** Of a success. */
  outcome?: string;
  instanceArn?: string;
  failure?: AccountFailure;
}

/** What became of one account of a fleet. Times are ISO 8601; of an account that was tried again, those of the last try. */
export interface AccountOutcome extends RunOutcome {
  /** When the fleet began with the account; a skipped one was never begun. */
  startedAt?: string;
  endedAt: string;
}

/** Failures of one cause. */
export interface FleetCause {
  type: string;
  count: number;
  /** What happened to one of them. */
  example: string;
  remedy?: string;
  /** The first {@link MAX_NAMED_ACCOUNTS}. */
  accounts: string[];
}
export const MAX_NAMED_ACCOUNTS = 10;

/** What tells causes apart. */
export function causeKey({ type, remedy = '' }: Pick<FleetCause, 'type' | 'remedy'>): string {
  return `${type} ${remedy}`;
}

/** Counts failures under their cause. */
export function countUnder(cause: FleetCause, accountId: string, count = 1): void {
  cause.count += count;
  if (cause.accounts.length < MAX_NAMED_ACCOUNTS) cause.accounts.push(accountId);
}

export interface FleetCounts {
  succeeded: number;
  failed: number;
  cancelled: number;
  skipped: number;
}

/** What a fleet returns. Times are ISO 8601. */
export interface FleetResult extends FleetCounts {
  name: string;
  accounts: number;
  causes: FleetCause[];
  /** How many pages there are: their outcomes are the results of the workflows `${pageIdPrefix}0` and so on. */
  pages: number;
  pageIdPrefix: string;
}

export const FLEET_STAGES = {
  running: 'starts accounts',
  paused: 'starts no account until resume',
  stopping: 'has seen too many failures: starts no account any more',
  cancelling: 'is being cancelled: waits for the open runs',
  cancelled: 'was cancelled; every run that it began has ended',
  done: 'every account has ended',
} as const;
export type FleetStage = keyof typeof FLEET_STAGES;

/** What the `progress` query of a fleet answers; its size does not depend on the number of accounts. */
export interface FleetProgress extends FleetCounts {
  name: string;
  stage: FleetStage;
  /** Accounts of the pages that have arrived. */
  accounts: number;
  /** Those that have arrived and been started, of all. */
  pages: { arrived: number; expected: number };
  waiting: number;
  open: number;
  /** Of the open ones, those that wait for a person; they take no place in the window. */
  held: number;
  maxConcurrent: number;
  startedAt: string;
  causes: FleetCause[];
  calls: FleetCalls;
  pageIdPrefix: string;
  /** What came of signals that made no sense. */
  notes?: string[];
}

/** Signal of an account's run to the page that started it: it is held, or is so no more. */
export const HELD_SIGNAL = 'accountHeld';
export interface HeldNews {
  accountId: string;
  held: boolean;
}

/** An account of a fleet that has not ended: its run is held, or open, or not begun. */
export interface UnfinishedAccount {
  accountId: string;
  end: 'held' | 'open' | 'waiting';
  /** ISO 8601; of one that has begun. */
  startedAt?: string;
}

/** Query of a page: its {@link UnfinishedAccount}s. */
export const UNFINISHED_QUERY = 'unfinished';

/** Query of a page: an {@link AccountOutcome} of each account that has ended. */
export const OUTCOMES_QUERY = 'outcomes';

/** Whether a workflow is part of a fleet. */
export function isFleetId(workflowId: string): boolean {
  return workflowId.startsWith(FLEET_ID_PREFIX);
}
