import type { FleetStatus, IdentityCenterClient } from '../../client';
import { EXIT } from '../exit-codes';
import { showLive } from './live';
import { printFleet } from './output';
import { printJson } from '../output';
import type { CommonOptions } from '../with-client';

/**
 * Follows a fleet to its end: live for people, its last status as JSON.
 *
 * @param each as JSON every status, not only the last
 * @returns the exit code
 */
export async function follow(
  client: IdentityCenterClient,
  name: string,
  { json }: CommonOptions,
  each = false,
): Promise<number> {
  let last: FleetStatus | undefined;
  const statuses = client.fleets.watch(name);
  if (json) {
    for await (const seen of statuses) {
      if (each) printJson(seen);
      last = seen;
    }
    if (!each) printJson(last);
  } else {
    last = await showLive(statuses);
    printFleet(last);
  }
  if (last === undefined) throw new Error(`Fleet ${name} gave no status`);
  return exitCodeForFleet(last);
}

/** Chooses the exit code for the state of a fleet. A skipped account was not provisioned, so it counts as a failure. */
export function exitCodeForFleet({ status, failed, skipped, cancelled }: FleetStatus): number {
  if (status === 'RUNNING') return EXIT.running;
  if (status === 'CANCELLED') return EXIT.cancelled;
  return status === 'COMPLETED' && failed + skipped + cancelled === 0 ? EXIT.done : EXIT.failed;
}
