import { differencesOf, type AskedFor, type InstanceDifference } from '../../contract';
import type { IdentityCenter, Instance } from '../aws/sso-admin';
import { earlierLooks } from '../attempts';
import { nextLookMs } from '../back-off';
import { notYet } from '../errors/failure';
import { pollAccount, rest, type ActivityDependencies, type AccountInput } from '../in-account';

export interface WaitForActiveInput extends AccountInput {
  instanceArn: string;
  /** The Region of the instance. */
  region: string;
  pollIntervalMs: number;
  /** What the instance is compared with; absent for one that was just made so. */
  asked?: AskedFor;
}

/** What has become of an instance. */
export type SettledInstance =
  | { status: 'active'; identityStoreId: string; differences?: InstanceDifference[] }
  | { status: 'createFailed'; reason: string }
  | { status: 'gone' };

/** The looks of the first attempt with a turn: most instances are ACTIVE soon, and a retry costs more than a short wait. */
const FIRST_RESTS_MS = [100, 200, 400, 800, 1200, 1500];
/** Between two looks, unless the request asks for longer: whoever waits for thousands may want fewer. */
const LONGEST_POLL_MS = 15_000;

/**
 * Waits until the instance is ACTIVE, has failed or is gone: a few seconds in the first attempt that has its turn, then one
 * look an attempt, so that no worker slot and no history is used while it waits.
 */
export async function waitForActive(
  deps: ActivityDependencies,
  input: WaitForActiveInput,
): Promise<SettledInstance> {
  return pollAccount(deps, input, async ({ identityCenter }) => {
    const looks = earlierLooks();
    const rests = looks === 0 ? FIRST_RESTS_MS : [];
    for (const restMs of [...rests, undefined]) {
      const instance = await describe(identityCenter, input);
      const settled = readSettled(instance);
      if (settled?.status === 'active') return compare(settled, identityCenter, input, instance?.name);
      if (settled !== undefined) return settled;
      if (restMs !== undefined) await rest(restMs);
    }
    const longest = Math.max(LONGEST_POLL_MS, input.pollIntervalMs);
    const delay = nextLookMs(input.pollIntervalMs, looks + 1, longest);
    throw notYet(`${input.instanceArn} is not ACTIVE yet`, delay);
  });
}

/** Describes the instance. A fresh one may not have propagated to the host that answers: it is gone only if two looks say so. */
async function describe(
  identityCenter: IdentityCenter,
  input: WaitForActiveInput,
): Promise<Instance | undefined> {
  const first = await identityCenter.describeInstance(input.instanceArn);
  if (first !== undefined) return first;
  await rest(Math.min(input.pollIntervalMs, 3_000));
  return identityCenter.describeInstance(input.instanceArn);
}

/** Adds how an instance that the run may not have made just so is not what is asked for. */
async function compare(
  active: Extract<SettledInstance, { status: 'active' }>,
  identityCenter: IdentityCenter,
  { asked, instanceArn, region }: WaitForActiveInput,
  name: string | undefined,
): Promise<SettledInstance> {
  if (asked === undefined) return active;
  const tags =
    Object.keys(asked.tags ?? {}).length > 0 ? await identityCenter.listTags(instanceArn) : new Map();
  if (tags === undefined) return { status: 'gone' };
  const differences = differencesOf(asked, { region, name, tags });
  return differences.length === 0 ? active : { ...active, differences };
}

function readSettled(instance: Instance | undefined): SettledInstance | undefined {
  if (instance === undefined) return { status: 'gone' };
  const { identityStoreId = '', statusReason = 'AWS gives no reason' } = instance;
  switch (instance.status) {
    case 'ACTIVE':
      return { status: 'active', identityStoreId };
    case 'CREATE_FAILED':
      return { status: 'createFailed', reason: statusReason };
    default:
      return undefined;
  }
}
