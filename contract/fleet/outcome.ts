import { ApplicationFailure, CancelledFailure, TerminatedFailure } from '@temporalio/common';
import type { ProgressFailure } from '../account/progress';
import { defined } from '../defined';
import { describeFailure } from '../failures/message';
import { oneLine } from '../text';

/** How an account of a fleet ended. */
export type AccountEnd = 'succeeded' | 'failed' | 'cancelled' | 'skipped';

/** How many accounts ended in each way. */
export type FleetCounts = Record<AccountEnd, number>;

/** Why an account failed: without the message, as the account is known where it is told and many have to fit into a payload. */
export interface AccountFailure extends Omit<ProgressFailure, 'message' | 'situation'> {
  /** The row of the table of failures, as a page of another release may know it. */
  situation?: string;
}

/** What the run of an account came to. */
export interface RunOutcome {
  accountId: string;
  end: AccountEnd;
  /** How a run that succeeded came to its instance. */
  outcome?: string;
  instanceArn?: string;
  failure?: AccountFailure;
}

/** What was asked for an account, as its request says. */
export interface AskedFor {
  region?: string;
  name?: string;
}

/** What became of one account of a fleet. Times are ISO 8601; of an account that was tried again, those of the last try. */
export interface AccountOutcome extends RunOutcome, AskedFor {
  /** When the fleet began with the account; a skipped one was never begun. */
  startedAt?: string;
  endedAt: string;
  /** Why an account was skipped that the fleet was not to provision, as its manifest says. */
  reason?: string;
}

/** A page full of failures has to fit into a payload; the run itself has the whole. */
const LONGEST_MESSAGE = 500;
const LONGEST_TYPE = 100;
const START_AGAIN = 'Start the fleet again: the run goes on with what is there.';

/** Describes what a run came to that did not succeed, by the error that it ended with. */
export function outcomeOfError(accountId: string, error: unknown): RunOutcome {
  if (error instanceof CancelledFailure) return { accountId, end: 'cancelled' };
  return { accountId, end: 'failed', failure: accountFailure(error) };
}

/** Describes why an account failed, or why its run is held. */
export function accountFailure(error: unknown, place: 'run' | 'hold' = 'run'): AccountFailure {
  if (error instanceof ApplicationFailure) {
    const { type, situation, whatHappened, awsRequestId, remedy = '' } = describeFailure(error, place);
    return defined({
      type: oneLine(type, LONGEST_TYPE),
      situation,
      whatHappened: oneLine(whatHappened, LONGEST_MESSAGE),
      awsRequestId,
      remedy: oneLine(remedy, LONGEST_MESSAGE) || undefined,
    });
  }
  if (error instanceof TerminatedFailure)
    return { type: 'Terminated', whatHappened: 'The run was terminated.', remedy: START_AGAIN };
  const said = oneLine(error instanceof Error ? error.message : String(error), LONGEST_MESSAGE);
  return { type: 'Unknown', whatHappened: `The run ended: ${said}.`, remedy: START_AGAIN };
}
