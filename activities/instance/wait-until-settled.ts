import type { IdentityCenter, Instance } from '../aws/sso-admin';
import { createFailure, defined } from '../../contract';
import { notYet } from '../errors/failure';
import { describeUnlessGone } from './describe';
import { inAccount, rest, type ActivityDependencies, type AccountInput } from '../in-account';
import { activityInfo } from '@temporalio/activity';

export interface WaitForActiveInput extends AccountInput {
  instanceArn: string;
  pollIntervalMs: number;
}

/** An instance that is ACTIVE. */
export interface ActiveInstance {
  identityStoreId: string;
  /** ISO 8601; absent where AWS does not say. */
  createdAt?: string;
}

/** The looks of the first attempt: most instances are ACTIVE soon, and a retry costs more than a short wait. */
const FIRST_RESTS_MS = [100, 200, 400, 800, 1200, 1500];
/** Between two looks, unless the request asks for longer: whoever waits for thousands may want fewer. */
const LONGEST_POLL_MS = 15_000;

/**
 * Waits until the instance is ACTIVE: a few seconds in the first attempt, then one look an attempt, so that no worker slot
 * and no history is used while it waits. Fails for good with `CreateFailed` or `InstanceGone`.
 */
export async function waitForActive(
  deps: ActivityDependencies,
  input: WaitForActiveInput,
): Promise<ActiveInstance> {
  return inAccount(deps, input, async ({ identityCenter }) => {
    const { attempt } = activityInfo();
    const rests = attempt === 1 ? FIRST_RESTS_MS : [];
    for (const restMs of [...rests, undefined]) {
      const instance = await describeSettled(identityCenter, input);
      if (instance.status === 'ACTIVE') return readActive(instance);
      if (instance.status === 'CREATE_FAILED') {
        throw createFailure({
          situation: 'createFailed',
          accountId: input.accountId,
          operation: 'CreateInstance',
          detail: `${input.instanceArn}: ${instance.statusReason ?? 'AWS gives no reason'}`,
        });
      }
      if (restMs !== undefined) await rest(restMs);
    }
    const longest = Math.max(LONGEST_POLL_MS, input.pollIntervalMs);
    const delay = Math.min(longest, input.pollIntervalMs * 1.5 ** (attempt - 1));
    throw notYet(`${input.instanceArn} is not ACTIVE yet`, Math.round(delay));
  });
}

/** A fresh instance may not have propagated to the host that answers: it is gone only if two looks say so. */
async function describeSettled(identityCenter: IdentityCenter, input: WaitForActiveInput): Promise<Instance> {
  const first = await describeUnlessGone(identityCenter, input.instanceArn);
  if (first !== undefined) return first;
  await rest(Math.min(input.pollIntervalMs, 3_000));
  const second = await describeUnlessGone(identityCenter, input.instanceArn);
  if (second !== undefined) return second;
  throw createFailure({
    situation: 'instanceGone',
    accountId: input.accountId,
    operation: 'DescribeInstance',
    detail: input.instanceArn,
  });
}

function readActive(instance: Instance): ActiveInstance {
  return defined({
    identityStoreId: instance.identityStoreId ?? '',
    createdAt: instance.createdAt?.toISOString(),
  });
}
