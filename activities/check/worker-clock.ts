import { activityInfo } from '@temporalio/activity';
import { WORKER_CLOCK_CHECK, type Check } from '../../contract';
import type { ActivityDependencies } from '../in-account';

/** Signatures bear five minutes, and are corrected; a machine whose clock is off by more than this is not looked after. */
const MOST_MS = 60_000;

/**
 * Compares the clock of this machine with Temporal's and, where AWS has answered a call, with AWS's.
 *
 * Temporal's is told by when it scheduled this attempt, so that time in the queue counts as if the machine were ahead.
 */
export function checkWorkerClock(deps: ActivityDependencies): Check {
  const behindTemporalMs = activityInfo().currentAttemptScheduledTimestampMs - deps.now();
  const behindAwsMs = deps.awsClockAheadMs();
  const ok = [behindTemporalMs, behindAwsMs ?? 0].every((ms) => Math.abs(ms) <= MOST_MS);
  const toAws =
    behindAwsMs === undefined ? 'AWS has not told the time of its own' : `${offBy(behindAwsMs)} AWS's`;
  const found = `the worker's clock is ${offBy(behindTemporalMs)} Temporal's; ${toAws}`;
  if (ok) return { check: WORKER_CLOCK_CHECK, ok, found };
  const remedy = 'Have the host of the worker synchronise its clock (chrony, systemd-timesyncd).';
  return { check: WORKER_CLOCK_CHECK, ok, found, remedy };
}

function offBy(behindMs: number): string {
  const seconds = Math.round(Math.abs(behindMs) / 1_000);
  if (seconds <= 1) return 'within a second or two of';
  return `${seconds} s ${behindMs > 0 ? 'behind' : 'ahead of'}`;
}
