import type { AccountStatus } from '../client';

/** The exit codes of the command, as its help and the README say them. */
export const EXIT = { done: 0, failed: 1, usage: 2, running: 3, cancelled: 4, unreachable: 5 } as const;

/** Chooses the exit code for the state of a run. */
export function exitCodeForRun({ status, stage }: Pick<AccountStatus, 'status' | 'stage'>): number {
  if (status === 'RUNNING') return EXIT.running;
  if (stage === 'active' || stage === 'deleted') return EXIT.done;
  return stage === 'cancelled' ? EXIT.cancelled : EXIT.failed;
}
