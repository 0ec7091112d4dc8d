import type { AccountStatus, FleetStatus } from '../client';
import { isOpenStatus } from '../contract';

/**
 * The exit codes of the command, as its help and docs/command.md say them. That a run failed has a code to itself: what breaks
 * in the command has another (EX_SOFTWARE of sysexits.h).
 */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  running: 3,
  cancelled: 4,
  unreachable: 5,
  broken: 70,
} as const;

/** What `--strict` says: an instance that is not what was asked for counts as a failure. */
export interface StrictOption {
  strict?: boolean;
}

/** Chooses the exit code for the state of a run. */
export function exitCodeForRun(
  { status, stage, result }: Pick<AccountStatus, 'status' | 'stage' | 'result'>,
  { strict = false }: StrictOption = {},
): number {
  if (isOpenStatus(status)) return EXIT.running;
  if (strict && result !== undefined && 'differences' in result) return EXIT.failed;
  if (stage === 'active' || stage === 'deleted') return EXIT.done;
  return stage === 'cancelled' ? EXIT.cancelled : EXIT.failed;
}

/** Chooses the exit code for the state of a fleet. A skipped account was not provisioned, so it counts as a failure. */
export function exitCodeForFleet(
  { status, failed, skipped, cancelled, differing }: FleetStatus,
  { strict = false }: StrictOption = {},
): number {
  if (isOpenStatus(status)) return EXIT.running;
  if (status === 'CANCELLED') return EXIT.cancelled;
  const bad = failed + skipped + cancelled + (strict ? differing : 0);
  return status === 'COMPLETED' && bad === 0 ? EXIT.done : EXIT.failed;
}
