import { ApplicationFailure } from '@temporalio/activity';
import { FAILURES, nextStep, readFailureParts, whatHappened, type Situation } from '../../contract';
import { countAttempt } from '../attempts';
import { isA } from '../errors/thrown';

/** Why an account cannot be looked at. */
export interface NotSeen {
  /** AWS refuses for good; it does not let us in (yet); nobody has said anything. */
  kind: 'forbidden' | 'notReady' | 'unknown';
  reason: Situation;
  why: string;
  remedy: string;
}

/** So many calls that AWS does not answer, and the account is given up. */
const MOST_UNANSWERED = 5;

/**
 * Says why an account cannot be looked at, by what the look has failed with.
 *
 * @throws whatever is to be tried again
 */
export function judgeFailure(error: unknown, place: 'plan' | 'audit'): NotSeen {
  const parts = isA(error, ApplicationFailure) ? readFailureParts(error) : undefined;
  if (parts === undefined) throw error;
  const { situation } = parts;
  const { retry } = FAILURES[situation];
  const found = { reason: situation, why: whatHappened(parts), remedy: nextStep(parts, place) };
  if (retry === 'stop' || situation === 'explicitDeny') return { kind: 'forbidden', ...found };
  if (retry === 'untilAccountReady') return { kind: 'notReady', ...found };
  if (isTriedAgain(situation)) throw error;
  return { kind: 'unknown', ...found };
}

/** Throttling passes. How often AWS has not answered the attempts tell each other: some had no turn, and asked nothing. */
function isTriedAgain(situation: Situation): boolean {
  if (situation === 'throttled' || situation === 'attemptTooLate') return true;
  return countAttempt('unanswered') < MOST_UNANSWERED;
}
