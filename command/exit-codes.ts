import type { AccountStatus, FleetStatus } from '../client';

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

/** Chooses the exit code for the state of a run. */
export function exitCodeForRun({ status, stage }: Pick<AccountStatus, 'status' | 'stage'>): number {
  if (status === 'RUNNING') return EXIT.running;
  if (stage === 'active' || stage === 'deleted') return EXIT.done;
  return stage === 'cancelled' ? EXIT.cancelled : EXIT.failed;
}

/** Chooses the exit code for the state of a fleet. A skipped account was not provisioned, so it counts as a failure. */
export function exitCodeForFleet({ status, failed, skipped, cancelled }: FleetStatus): number {
  if (status === 'RUNNING') return EXIT.running;
  if (status === 'CANCELLED') return EXIT.cancelled;
  return status === 'COMPLETED' && failed + skipped + cancelled === 0 ? EXIT.done : EXIT.failed;
}
