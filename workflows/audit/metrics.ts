import { ApplicationFailure, isCancellation, metricMeter } from '@temporalio/workflow';
import { METRICS, type AuditResult } from '../../contract';

/** Counts an audit that has come to its end: somebody has to hear of what a Schedule finds at night. */
export function countAudit({ drifted, unseen }: AuditResult): void {
  if (drifted > 0) count('drift');
  else count(unseen > 0 ? 'unseen' : 'fine');
}

/** Counts an audit that has failed; one that goes on in another execution, or is cancelled, has not. */
export function countFailedAudit(error: unknown): void {
  if (error instanceof ApplicationFailure && !isCancellation(error)) count('failed');
}

function count(result: 'fine' | 'drift' | 'unseen' | 'failed'): void {
  const { name, help } = METRICS.audits;
  metricMeter.createCounter(name, undefined, help).add(1, { result });
}
