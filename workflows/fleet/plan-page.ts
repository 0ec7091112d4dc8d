import { ActivityFailure, isCancellation, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import { describeProblems, readPlanPage, readRequest, type AccountPlan } from '../../contract';
import { accountIdIn } from './account-run';
import { readArgument } from '../shared/argument';
import { ATTEMPT } from '../shared/attempt';
import { lastWords, runFailure } from '../shared/failure';
import { backOff } from '../shared/retry';
import { stateVersioning } from '../shared/versioning';

const { inspectAccount } = proxyActivities<Activities>({
  ...ATTEMPT,
  // How long AWS may throttle, or others' calls come first.
  scheduleToCloseTimeout: '10m',
  retry: { initialInterval: '250ms', maximumInterval: '4s' },
  summary: 'looks what a fleet would do with the account',
});

/** Says what a fleet would do with a page of accounts: reads only. */
export async function planFleetPage(argument: unknown): Promise<AccountPlan[]> {
  const { accounts, maxConcurrent } = readArgument(readPlanPage, argument, 'plan again');
  const plans: AccountPlan[] = [];
  const waiting = accounts.entries();
  const inspectRest = async () => {
    for (const [index, account] of waiting) plans[index] = await planAccount(account);
  };
  await Promise.all(Array.from({ length: maxConcurrent }, inspectRest));
  return plans;
}

// It only looks, and ends in minutes.
stateVersioning('PINNED', planFleetPage);

async function planAccount(input: unknown): Promise<AccountPlan> {
  const read = readRequest(input);
  if ('problems' in read)
    throw runFailure({
      situation: 'invalidRequest',
      accountId: accountIdIn(input),
      detail: describeProblems(read.problems),
    });
  const { accountId, region, timing } = read.request;
  try {
    return await inspectAccount({
      accountId,
      region,
      backOff: backOff(timing),
      request: read.request,
      // What is not ready now is the finding.
      accountReadyTimeoutMs: Number.MAX_SAFE_INTEGER,
    });
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    const why = lastWords(error) ?? 'no worker has looked in time';
    return { accountId, plan: 'unknown', reason: 'notInspected', why, remedy: 'Plan again.' };
  }
}
