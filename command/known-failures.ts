import { isThrottlingError, isTransientError } from '@smithy/core/retry';
import { FAILURES, nearestName, type FailureRow, type Retry } from '../contract';

/** A failure as it is explained to people: a row of the table of failures, or one that has nothing to do with an answer. */
export interface KnownFailure extends FailureRow {
  /** The key of its row: `details[0].situation` of the failure of a run, and `situation` of that of `progress`. */
  situation?: string;
}

/** What becomes of the call, for people. */
export const RETRY_WORDS: Readonly<Record<Retry, string>> = {
  backOff: 'tries again: exponential back-off, full jitter, until `createTimeout`',
  freshCredentials: 'tries again with new credentials, until `createTimeout`',
  untilAccountReady:
    'tries again until `accountReadyTimeout`, then stops with `AccountNotReady` (an explicit deny: as itself)',
  stop: 'stops',
};

/** What runs and fleets show that is no answer of AWS, nor a failure of a run's own. */
const OTHERS: readonly KnownFailure[] = [
  {
    types: ['NotYet'],
    retry: 'backOff',
    meaning: 'no failure: an attempt gives its place back, and comes again',
    remedy: 'Nothing to do.',
  },
  {
    types: ['Terminated'],
    retry: 'stop',
    meaning: 'somebody used "Terminate" on the run, which could then neither clean up nor say so',
    remedy: 'Start the run again: it goes on with what is there.',
  },
  {
    types: ['RequestDiffers'],
    retry: 'stop',
    meaning: 'the account has an open run that was asked for something else, so the fleet did not join it',
    remedy: 'Wait until that run has ended, or cancel it; then start the fleet again.',
  },
  {
    types: ['OtherRunOpen'],
    retry: 'stop',
    meaning: 'the account has an open run that deletes its instance',
    remedy: 'Wait until that run has ended, or cancel it; then start the fleet again.',
  },
  {
    types: ['PageLost'],
    retry: 'stop',
    meaning: 'a page of the fleet was terminated or could not be started; the runs of its accounts go on',
    remedy: 'Start the fleet again: it goes on with what is there.',
  },
];

/** Lists all failures, those first that are tried again. */
export function knownFailures(): KnownFailure[] {
  const rows = Object.entries(FAILURES).map(([situation, row]): KnownFailure => ({ situation, ...row }));
  const all = [...rows, ...OTHERS];
  return [...all.filter(({ retry }) => retry !== 'stop'), ...all.filter(({ retry }) => retry === 'stop')];
}

/** Finds the failures that go by a type or a situation, however it is capitalized. A type may stand for several. */
export function findFailures(name: string): KnownFailure[] {
  const all = knownFailures();
  const found = all.filter((failure) =>
    namesOf(failure).some((it) => it.toLowerCase() === name.toLowerCase()),
  );
  if (found.length > 0) return found;
  const error = { name, message: '', $metadata: {} };
  if (isThrottlingError(error)) return all.filter(({ sdkList }) => sdkList === 'throttling');
  return isTransientError(error) ? all.filter(({ sdkList }) => sdkList === 'transient errors') : [];
}

/** Finds the name that is meant by one that no failure has. */
export function nearestFailure(name: string): string | undefined {
  return nearestName(name, knownFailures().flatMap(namesOf));
}

function namesOf({ types, situation }: KnownFailure): string[] {
  return situation === undefined ? [...types] : [...types, situation];
}
