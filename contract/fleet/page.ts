import { z } from 'zod';
import { jsonBytes, oneLine } from '../text';
import { readBy, type ReadRequest } from '../validation';
import { MAX_NAMED_ACCOUNTS } from './causes';
import type { AccountFailure, AskedInstance } from './outcome';

/** Workflow type of a page of a fleet; started by the workflow of its fleet only. */
export const FLEET_PAGE_WORKFLOW = 'provisionFleetPage';

/** The fleet of a page, by the page's workflow ID. */
export function fleetOfPage(pageId: string): { fleetId: string; pageIdPrefix: string } {
  const pageIdPrefix = pageId.slice(0, pageId.lastIndexOf('/') + 1);
  return { fleetId: pageIdPrefix.split('/').slice(0, 2).join('/'), pageIdPrefix };
}

/**
 * A page holds this many accounts and bytes of JSON at the most: a payload far below Temporal's 2 MiB, and a history of
 * its own below 10,000 events.
 */
export const MAX_PAGE_ACCOUNTS = 250;
export const MAX_PAGE_BYTES = 100_000;

const count = z.number().int('must be a whole number').min(0, 'must be 0 or more');

/** A text that is shown to people: cut, and cleaned of what could steer a terminal. */
const shown = (longest: number) => z.string().transform((text) => oneLine(text, longest));

/**
 * Makes the schema of the accounts of a page, whose requests are read one by one when they are started. A function, as what is
 * exported is frozen for workflows, and a schema completes itself when it is first used.
 */
export const pageAccountsSchema = () =>
  z
    .array(z.unknown())
    .max(
      MAX_PAGE_ACCOUNTS,
      `must be ${MAX_PAGE_ACCOUNTS} accounts at the most: send more by the signal "addPage"`,
    )
    .refine((accounts) => accounts.length > MAX_PAGE_ACCOUNTS || jsonBytes(accounts) <= MAX_PAGE_BYTES, {
      error: `must be ${MAX_PAGE_BYTES} bytes of JSON at the most: send fewer accounts in a page`,
    })
    .describe('requests to provision, each as a run takes it');

const page = z.strictObject({
  page: count.describe('which page this is, from 0 on; one that the fleet has changes nothing'),
  accounts: pageAccountsSchema(),
});

/** Signal, and Update, that gives a fleet its page `page`, from 0; a page that it has already changes nothing. */
export const ADD_PAGE_SIGNAL = 'addPage';
export type FleetPage = z.output<typeof page>;

/** The argument of `addPage`. */
export const pageSchema = () => page;

/** Reads the argument of `addPage`. */
export function readPage(input: unknown): ReadRequest<FleetPage> {
  return readBy(page, input);
}

/** Query of a page: an {@link AccountOutcome} of each account that has ended. */
export const OUTCOMES_QUERY = 'outcomes';

/** Query of a page: its {@link UnfinishedAccount}s. */
export const UNFINISHED_QUERY = 'unfinished';

/** An account of a fleet that has not ended: its run is held, waits for the account to be ready, or is open; or is not begun. */
export interface UnfinishedAccount extends AskedInstance {
  accountId: string;
  end: 'held' | 'notReady' | 'open' | 'waiting';
  /** ISO 8601; of one that has begun. */
  startedAt?: string;
  /** Why a held run has stopped, with the next step, and when it stops waiting and fails, ISO 8601. */
  failure?: AccountFailure;
  heldUntil?: string;
}

// What a fleet, its pages, the runs of their accounts and their workers tell each other: within one release, so no part of the public
// contract. Anybody may send a signal, so whatever arrives is read by these schemas first.

const inputSchema = z.strictObject({
  /** The fleet's name. */
  fleet: z.string(),
  /** The fleet's workflow ID. */
  fleetId: z.string(),
  page: count,
  accounts: pageAccountsSchema(),
  /** The namespace knows the search attributes. */
  searchable: z.boolean(),
  /** What earlier runs have told is believed, without a look at AWS. */
  trustHistory: z.boolean(),
});

/** The argument of a page. */
export type PageInput = z.output<typeof inputSchema>;

/** Reads the argument of a page. */
export function readPageInput(input: unknown): ReadRequest<PageInput> {
  return readBy(inputSchema, input);
}

const orderSchema = z.strictObject({
  /** Runs that may be open at once, held ones aside. */
  window: count.exactOptional(),
  paused: z.boolean().exactOptional(),
  /** Start no account any more. */
  stop: z.literal(true).exactOptional(),
  /** Try held and failed accounts again: how often that has been ordered. */
  retry: count.exactOptional(),
  /** There is nothing left to do: return the outcomes. */
  finish: z.literal(true).exactOptional(),
  /** The fleet that the page belongs to is gone: end what is open, begin nothing. */
  orphaned: z.literal(true).exactOptional(),
});

/** Signal from a fleet to a page: what the page may do from now on. */
export const PAGE_ORDER_SIGNAL = 'pageOrder';
export type PageOrder = z.output<typeof orderSchema>;

/** Reads the argument of the signal `pageOrder`. */
export function readPageOrder(input: unknown): ReadRequest<PageOrder> {
  return readBy(orderSchema, input);
}

const failureSchema = z.strictObject({
  type: shown(200),
  situation: shown(100).exactOptional(),
  /** Empty where a failure before it in the same report has the same cause: a report has to fit into a payload. */
  whatHappened: shown(600),
  awsRequestId: shown(100).exactOptional(),
  remedy: shown(600).exactOptional(),
});

const newFailureSchema = z.strictObject({ accountId: shown(20), failure: failureSchema });

/** An account that has failed since the last report of its page. */
export type NewFailure = z.output<typeof newFailureSchema>;

/** A time, ISO 8601. */
const time = z.iso.datetime();

const holdSchema = z.strictObject({
  type: shown(200),
  situation: shown(100).exactOptional(),
  count,
  example: shown(300),
  remedy: shown(600).exactOptional(),
  accounts: z.array(shown(20)).max(MAX_NAMED_ACCOUNTS),
  heldUntil: time,
});

/** Why accounts of a page are held: so many causes of one page are told apart. */
export const MAX_PAGE_HOLDS = 5;

const reportSchema = z.strictObject({
  page: count,
  /** The page's workflow ID: it reports to a name, and the fleet that started it may have been terminated. */
  pageId: z.string(),
  waiting: count,
  open: count,
  /** How many of the open accounts are held. */
  held: count,
  /** How many of them wait until the account lets the worker in. */
  notReady: count,
  succeeded: count,
  /** How many of those have an instance that is not what was asked for. */
  differing: count,
  failed: count,
  cancelled: count,
  skipped: count,
  /** The last order to retry that the page has carried out. */
  retries: count,
  /** The page begins nothing any more, whatever is ordered: it is cancelled, or its fleet is gone. */
  windingUp: z.boolean(),
  /** Why its held accounts are. */
  holds: z.array(holdSchema).max(MAX_PAGE_HOLDS),
  newFailures: z.array(newFailureSchema).max(MAX_PAGE_ACCOUNTS),
  /** New failures that did not fit into this report; the next ones tell them. */
  untold: count,
});

/** Signal from a page to its fleet: where the page stands, and which accounts have failed since its last report. */
export const PAGE_REPORT_SIGNAL = 'pageReport';
export type PageReport = z.output<typeof reportSchema>;

/** Reads the argument of the signal `pageReport`. */
export function readPageReport(input: unknown): ReadRequest<PageReport> {
  return readBy(reportSchema, input);
}

const heldSchema = z.strictObject({
  accountId: z.string(),
  held: z.boolean(),
  /** What the run waits for: a person, who is its default, or that the account lets the worker in. */
  why: z.enum(['held', 'notReady']).exactOptional(),
  /** Of one that waits for a person: why, and until when. */
  failure: failureSchema.exactOptional(),
  heldUntil: time.exactOptional(),
});

/**
 * Signal from the run of an account to the page that started it: the run waits for something that may take long, and gives
 * its place in the window to another account; or, where `held` is false, it waits no more.
 */
export const HELD_SIGNAL = 'accountHeld';
export type HeldNews = z.output<typeof heldSchema>;

/** Reads the argument of the signal `accountHeld`. */
export function readHeldNews(input: unknown): ReadRequest<HeldNews> {
  return readBy(heldSchema, input);
}

const callsSchema = z.strictObject({
  /** An earlier fleet of this name had another. */
  pageIdPrefix: z.string(),
  sent: count,
  throttled: count,
});

/** Signal of a worker to a fleet: the calls for its pages since the last that were told. */
export const CALLS_SIGNAL = 'callsMade';
export type CallsNews = z.output<typeof callsSchema>;

/** Reads the argument of the signal `callsMade`. */
export function readCallsNews(input: unknown): ReadRequest<CallsNews> {
  return readBy(callsSchema, input);
}
