import { ApplicationFailure, CancelledFailure, TerminatedFailure } from '@temporalio/common';
import type { InstanceDifference } from '../account/differences';
import type { ProgressFailure, ProvisionResult } from '../account/progress';
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
  /** The instance of an earlier run that was gone, and that the new one takes the place of. */
  replaced?: string;
  /** Where the instance is not what was asked for: the first of them; the run's result has all. */
  differences?: InstanceDifference[];
  failure?: AccountFailure;
}

/** What was asked for an account, as its request says. */
export interface AskedInstance {
  region?: string;
  name?: string;
}

/** What became of one account of a fleet. Times are ISO 8601; of an account that was tried again, those of the last try. */
export interface AccountOutcome extends RunOutcome, AskedInstance {
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

/** Of many tags, a page full of them has to fit into a payload as well. */
const MOST_DIFFERENCES = 5;
const LONGEST_VALUE = 100;

/** Describes what a run came to that succeeded. */
export function outcomeOfResult({
  accountId,
  outcome,
  instanceArn,
  differences,
}: ProvisionResult): RunOutcome {
  return defined({
    accountId,
    end: 'succeeded' as const,
    outcome,
    instanceArn,
    differences: differences && firstOf(differences),
  });
}

/** Takes the first differences, with their texts cut: for where those of many accounts have to fit into a payload. */
export function firstOf(differences: readonly InstanceDifference[]): InstanceDifference[] | undefined {
  if (differences.length === 0) return undefined;
  return differences.slice(0, MOST_DIFFERENCES).map(({ field, asked, actual }) =>
    defined({
      field: oneLine(field, LONGEST_VALUE),
      asked: oneLine(asked, LONGEST_VALUE),
      actual: actual === undefined ? undefined : oneLine(actual, LONGEST_VALUE),
    }),
  );
}

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
