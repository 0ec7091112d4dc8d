import {
  FleetDiffersError,
  FleetRefusedError,
  FleetUnansweredError,
  InvalidRequestError,
  isUnavailable,
  NoFleetError,
  NoPollerError,
  NoRunError,
  NoWorkerError,
  SteeringRefusedError,
  OtherRunOpenError,
  PlanFailedError,
  RequestDiffersError,
  StagesUnknownError,
  TemporalUnreachableError,
  type AccountStatus,
} from '../client';

/** What the command exits with. */
export const EXIT = { done: 0, failed: 1, usage: 2, running: 3, cancelled: 4, unreachable: 5 } as const;

/** The arguments are wrong, or do not fit what is there. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The exit code for the state of a run. */
export function exitCodeOf({ status, stage }: Pick<AccountStatus, 'status' | 'stage'>): number {
  if (status === 'RUNNING') return EXIT.running;
  if (stage === 'active' || stage === 'deleted') return EXIT.done;
  return stage === 'cancelled' ? EXIT.cancelled : EXIT.failed;
}

/** The exit code for an error. */
export function exitCodeOfError(error: unknown): number {
  const unreachable = [
    ...[TemporalUnreachableError, NoWorkerError, NoPollerError, PlanFailedError],
    ...[FleetUnansweredError, StagesUnknownError],
  ];
  if (unreachable.some((type) => error instanceof type) || isUnavailable(error)) return EXIT.unreachable;
  const usage = [
    UsageError,
    InvalidRequestError,
    RequestDiffersError,
    OtherRunOpenError,
    NoRunError,
    SteeringRefusedError,
    NoFleetError,
    FleetDiffersError,
    FleetRefusedError,
  ];
  if (usage.some((type) => error instanceof type)) return EXIT.usage;
  return EXIT.failed;
}
