import type { FleetCalls } from './calls';
import type { FleetCause } from './causes';
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

/** What the `progress` query of a fleet answers; its size does not depend on the number of accounts. */
export interface FleetProgress extends FleetCounts {
  name: string;
  stage: FleetStage;
  /** Accounts of the pages that have arrived. */
  accounts: number;
  /** Of all, the first ones that have arrived and been started: none of them is missing. */
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

/** What a fleet returns. Times are ISO 8601. */
export interface FleetResult extends FleetCounts {
  name: string;
  accounts: number;
  causes: FleetCause[];
  /** How many pages there are: their outcomes are the results of the workflows `${pageIdPrefix}0` and so on. */
  pages: number;
  pageIdPrefix: string;
}
