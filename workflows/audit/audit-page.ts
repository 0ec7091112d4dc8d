import { ActivityFailure, isCancellation, proxyActivities } from '@temporalio/workflow';
import type { Activities, BackOff } from '../../activities';
import {
  defined,
  describeState,
  NOT_IN_ORGANIZATION,
  readAuditPage,
  remedyOf,
  type AccountAudit,
  type AuditPage,
  type Finding,
  type KnownRuns,
} from '../../contract';
import { readArgument } from '../shared/argument';
import { ATTEMPT } from '../shared/attempt';
import { lastWords } from '../shared/failure';
import { backOff } from '../shared/retry';
import { stateVersioning } from '../shared/versioning';
import { timingOf } from './timing';

const { findRuns } = proxyActivities<Activities>({
  ...ATTEMPT,
  retry: { initialInterval: '250ms', maximumInterval: '15s' },
  summary: 'finds what runs tell of the accounts of the page',
});

const { auditAccount } = proxyActivities<Activities>({
  ...ATTEMPT,
  // How long AWS may throttle, or others' calls come first.
  scheduleToCloseTimeout: '10m',
  retry: { initialInterval: '250ms', maximumInterval: '4s' },
  summary: 'compares what AWS shows of the account with what its runs ask for',
});

/** Accounts of a page that are looked at at once. */
const AT_ONCE = 25;

/** Looks after a page of accounts: reads only. Whatever keeps one from being looked at is a finding of that one. */
export async function auditIdentityCenterPage(argument: unknown): Promise<AccountAudit[]> {
  const page = readArgument(readAuditPage, argument, 'audit again');
  const runs = await findRuns({ accountIds: page.accounts.map(({ accountId }) => accountId) });
  const pauses = backOff(timingOf(page.request));
  const byAccount = new Map(runs.map((its) => [its.accountId, its]));
  const found: AccountAudit[] = [];
  const waiting = page.accounts.entries();
  const seeRest = async () => {
    for (const [index, account] of waiting) {
      const its = byAccount.get(account.accountId);
      found[index] = withoutLook(account, page, its) ?? (await look(account.accountId, page, pauses, its));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, seeRest));
  return found;
}

// It only looks, and ends in minutes.
stateVersioning('PINNED', auditIdentityCenterPage);

/** What can be told of an account without asking AWS; `undefined` where AWS is to be asked. */
function withoutLook(
  { accountId, state }: AuditPage['accounts'][number],
  { managementAccountId, request }: AuditPage,
  runs: KnownRuns | undefined,
): AccountAudit | undefined {
  const found = (finding: Finding, why: string): AccountAudit => {
    const remedy = remedyOf(finding)?.replaceAll('<accountId>', accountId);
    const instanceArn = runs?.provisioned?.instanceArn;
    return { accountId, findings: [finding], why, ...defined({ remedy, instanceArn }) };
  };
  if (accountId === managementAccountId) return found('management', 'it can have no account instance');
  if (request.exclude.includes(accountId)) return found('excluded', 'the audit was told to leave it out');
  const made = runs?.provisioned === undefined ? undefined : 'a run made its instance';
  if (state === NOT_IN_ORGANIZATION)
    return found(made === undefined ? 'inactive' : 'vanished', 'the organization does not have it any more');
  if (state !== 'ACTIVE')
    return made === undefined
      ? found('inactive', describeState(state))
      : found('suspended', `${made}; ${describeState(state)}`);
  if (runs?.latest === 'held') return found('held', 'its run is held, and waits for a person');
  if (runs?.latest === 'open') return found('open', `a run of ${runs.workflowType} is open`);
  return undefined;
}

async function look(
  accountId: string,
  { request }: AuditPage,
  pauses: BackOff,
  runs?: KnownRuns,
): Promise<AccountAudit> {
  try {
    return await auditAccount(
      defined({
        accountId,
        region: request.defaults.region,
        defaults: request.defaults,
        runs,
        backOff: pauses,
        // What is not ready now is the finding.
        accountReadyTimeoutMs: Number.MAX_SAFE_INTEGER,
      }),
    );
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    const why = lastWords(error) ?? 'no worker has looked in time';
    return { accountId, findings: ['unknown'], why, remedy: 'Audit again.' };
  }
}
