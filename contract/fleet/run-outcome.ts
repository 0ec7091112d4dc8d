import { ApplicationFailure, CancelledFailure, TerminatedFailure } from '@temporalio/common';
import { defined } from '../defined';
import { describeFailure } from '../failures/message';
import type { RunOutcome } from './fleet';
import { oneLine } from '../one-line';

/** A page full of failures has to fit into a payload; the run itself has the whole. */
const LONGEST_MESSAGE = 500;
const START_AGAIN = 'Start the fleet again: the run goes on with what is there.';

/** What a run that did not succeed came to, for its fleet. */
export function outcomeOfEnd(accountId: string, cause: unknown): RunOutcome {
  if (cause instanceof CancelledFailure) return { accountId, end: 'cancelled' };
  if (cause instanceof ApplicationFailure) {
    const { type, whatHappened, awsRequestId, remedy } = describeFailure(cause);
    return {
      accountId,
      end: 'failed',
      failure: defined({
        type,
        whatHappened: oneLine(whatHappened, LONGEST_MESSAGE),
        awsRequestId,
        remedy,
      }),
    };
  }
  const terminated = cause instanceof TerminatedFailure;
  const said = cause instanceof Error ? cause.message : String(cause);
  return {
    accountId,
    end: 'failed',
    failure: {
      type: terminated ? 'Terminated' : 'Unknown',
      whatHappened: `The run ${terminated ? 'was terminated' : `ended: ${said}`}.`,
      remedy: START_AGAIN,
    },
  };
}
