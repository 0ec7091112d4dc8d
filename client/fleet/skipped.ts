import type { Client } from '@temporalio/client';
import { fleetIdOf, readFleetRequest, readRunArgument, type FleetRequestInput } from '../../contract';

/** An account that a manifest lists and a fleet is not to provision. */
export interface SkippedAccount {
  accountId: string;
  /** Why, for people: `AWS has suspended it (SUSPENDED)`. */
  reason: string;
}

type SkippedGroups = NonNullable<FleetRequestInput['skipped']>;

/** The request of a fleet goes with it from execution to execution, so its size has a bound: 16 bytes an account. */
const MAX_SKIPPED = 5_000;

/** Groups accounts by why they are skipped, as the request of a fleet has them; the first 5,000. */
export function groupSkipped(skipped: readonly SkippedAccount[]): SkippedGroups | undefined {
  const groups = new Map<string, string[]>();
  for (const { accountId, reason } of skipped.slice(0, MAX_SKIPPED)) {
    const accounts = groups.get(reason);
    if (accounts === undefined) groups.set(reason, [accountId]);
    else accounts.push(accountId);
  }
  return groups.size === 0 ? undefined : [...groups].map(([reason, accounts]) => ({ reason, accounts }));
}

/** Reads which accounts the latest fleet of a name was told to skip; none where whoever started it told of none. */
export async function readSkipped(client: Client, name: string): Promise<SkippedAccount[]> {
  const read = readFleetRequest(await readRunArgument(client, { workflowId: fleetIdOf(name) }));
  const groups = 'request' in read ? (read.request.skipped ?? []) : [];
  return groups.flatMap(({ reason, accounts }) => accounts.map((accountId) => ({ accountId, reason })));
}
