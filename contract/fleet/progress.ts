import type { FleetCause, FleetHold } from './causes';
import type { FleetCounts } from './outcome';

/** Every stage of a fleet, with what the fleet does in it. */
export const FLEET_STAGES = {
  running: 'starts accounts',
  paused: 'starts no account until resume',
  stopping: 'has seen too many failures: starts no account any more',
  cancelling: 'is being cancelled: waits for the open runs',
  cancelled: 'was cancelled; every run that it began has ended',
  done: 'every account has ended',
} as const;

/** Where a fleet stands. */
export type FleetStage = keyof typeof FLEET_STAGES;

/** Calls to Identity Center; those to STS, which has quotas of its own, are left out. */
export interface CallCounts {
  sent: number;
  throttled: number;
}

/** The calls for the accounts that a fleet began, as far as its workers have told them. */
export interface FleetCalls extends CallCounts {
  /** The length of a span in milliseconds; it grows with the time that the fleet takes. */
  spanMs: number;
  /** The calls by span of time: spans are counted from the start of the fleet, from 0; those without calls are left out. */
  course: (CallCounts & { span: number })[];
}

export const NO_CALLS: FleetCalls = { sent: 0, throttled: 0, spanMs: 1_000, course: [] };

/** What the `progress` query of a fleet answers; its size does not depend on the number of accounts. */
export interface FleetProgress extends FleetCounts {
  name: string;
  stage: FleetStage;
  /** Accounts of the pages that have arrived. */
  accounts: number;
  /** How many pages have arrived and been started, counted from page 0 on without a gap. */
  pages: { arrived: number; expected: number };
  /** Of those that succeeded, the ones whose instance is not what was asked for. */
  differing: number;
  waiting: number;
  open: number;
  /** Of the open ones, those that wait for a person; they take no place in the window. */
  held: number;
  /** Of the open ones, those that wait until the account lets the worker in; they take no place in the window either. */
  notReady: number;
  maxConcurrent: number;
  startedAt: string;
  /** Why accounts have failed. */
  causes: FleetCause[];
  /** Why accounts are held, the most frequent cause first. */
  holds: FleetHold[];
  calls: FleetCalls;
  pageIdPrefix: string;
  /** That so many accounts failed that no further one is begun. */
  stopped?: FleetStop;
  /** What came of signals that made no sense. */
  notes?: string[];
}

/** Why a fleet begins no account any more. */
export interface FleetStop {
  /** The accounts that had failed when it stopped. */
  failed: number;
  /** What was asked for: a count, or a share of all accounts such as `"5%"`. */
  stopAfterFailures: number | string;
}

/** What the Updates of a fleet answer: where it stands now. */
export interface SteeredFleet extends FleetProgress {
  /** Says that it was so already, where nothing had to be changed. */
  note?: string;
  /** The accounts that `retry` tries again, by where they stood. */
  retried?: { failed: number; held: number; notReady: number };
}

/** What a fleet returns. Times are ISO 8601. */
export interface FleetResult extends FleetCounts {
  name: string;
  startedAt: string;
  accounts: number;
  /** Of those that succeeded, the ones whose instance is not what was asked for. */
  differing: number;
  causes: FleetCause[];
  /** How many pages there are: their outcomes are the results of the workflows `${pageIdPrefix}0` and so on. */
  pages: number;
  pageIdPrefix: string;
}
