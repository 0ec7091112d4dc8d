import { ApplicationFailure, isCancellation, metricMeter, workflowInfo } from '@temporalio/workflow';
import { METRICS, type DeprovisionResult, type Outcome } from '../../contract';
import { situationOf } from '../shared/failure';

/** Counts a run that has come to its end. Nothing is counted anew where a history is replayed: the SDK sees to that. */
export function countEnd(result: Outcome | DeprovisionResult['outcome']): void {
  count(METRICS.runs, { result });
}

/** Notes how long it took from the start of the run to an ACTIVE instance. */
export function noteActive(outcome: Outcome): void {
  const { name, unit, help } = METRICS.timeToActive;
  const seconds = (Date.now() - workflowInfo().startTime.getTime()) / 1_000;
  metricMeter.createHistogram(name, 'float', unit, help).record(Math.max(0, seconds), { outcome });
}

/** Counts a run that has failed, or was cancelled. A mistake in the code ends no run: its task is tried again. */
export function countFailedEnd(error: unknown): void {
  if (isCancellation(error)) count(METRICS.runs, { result: 'cancelled' });
  else if (error instanceof ApplicationFailure) count(METRICS.runs, { result: causeOf(error) });
}

/** Counts a run that stops, and waits for a person. */
export function countHold(failure: ApplicationFailure): void {
  count(METRICS.holds, { cause: causeOf(failure) });
}

/**
 * Counts the clean-up of a cancelled run.
 *
 * @param end what the run ends with
 */
export function countRollBack(end: unknown): void {
  count(METRICS.rollBacks, { result: isCancellation(end) ? 'done' : 'failed' });
}

/** A row of the table of failures: the types of failures are AWS's words, of which there may be any number. */
function causeOf(failure: ApplicationFailure): string {
  return situationOf(failure) ?? 'other';
}

function count({ name, help }: { name: string; help: string }, tags: Record<string, string>): void {
  metricMeter.createCounter(name, undefined, help).add(1, tags);
}
