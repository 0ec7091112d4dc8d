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
} from '../client';

import { EXIT } from './exit-codes';

/** Thrown where the arguments are wrong, or do not fit what is there. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Chooses the exit code for an error. */
export function exitCodeForError(error: unknown): number {
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

/** Makes an error of whatever was thrown, with words for people where it has none. */
export function readableError(error: unknown): Error {
  if (isUnavailable(error)) {
    const { message } = error as Error;
    return new Error(
      `The Temporal server does not answer any more (${message}). Runs go on by themselves: look again with "identity-center status".`,
    );
  }
  return error instanceof Error ? error : new Error(String(error));
}
