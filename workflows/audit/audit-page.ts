import { ActivityFailure, isCancellation, proxyActivities } from '@temporalio/workflow';
import type { Activities, BackOff } from '../../activities';
import {
  defined,
  describeState,
  NOT_IN_ORGANIZATION,
  readAuditPage,
  remedyOf,
  requestBy,
  type AccountAudit,
  type AuditPage,
  type AuditRequest,
  type DecidedAccount,
  type DecidedBy,
  type EventRules,
  type Finding,
  type KnownRuns,
} from '../../contract';
import { readArgument } from '../shared/argument';
import { ATTEMPT } from '../shared/attempt';
import { lastWords } from '../shared/failure';
import { backOff } from '../shared/retry';
import { stateVersioning } from '../shared/versioning';
import { decideAll } from './decide';
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
  const { accounts, request } = page;
  const runs = await findRuns({ accountIds: accounts.map(({ accountId }) => accountId) });
  const byAccount = new Map(runs.map((its) => [its.accountId, its]));
  const found = accounts.map((account) => withoutLook(account, page, byAccount.get(account.accountId)));
  const pauses = backOff(timingOf(request));
  const decide = async (accountIds: string[]) =>
    request.rules === undefined
      ? new Map<string, DecidedAccount>()
      : decideAll(accountIds, request.rules, pauses);
  const waiting = accounts.flatMap(({ accountId }, index) =>
    found[index] === undefined ? [{ accountId, index }] : [],
  );
  const decided = await decide(
    waiting.flatMap(({ accountId }) => (byAccount.has(accountId) ? [] : [accountId])),
  );
  const rest = waiting.values();
  const seeRest = async () => {
    for (const { accountId, index } of rest)
      found[index] =
        withoutRun(accountId, request, decided.get(accountId)) ??
        (await look(accountId, request, pauses, byAccount.get(accountId), decided.get(accountId)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, seeRest));
  const seen = found.filter((it) => it !== undefined);
  const asBefore = seen.filter(({ startAs }) => typeof startAs === 'object');
  const decidedOfThose = await decide(asBefore.map(({ accountId }) => accountId));
  return seen.map((it) => unlessIgnored(it, request, decidedOfThose.get(it.accountId)));
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

/** What can be told of an account that no run is known of without asking AWS; `undefined` where AWS is to be asked. */
function withoutRun(
  accountId: string,
  { rules }: AuditRequest,
  decided: DecidedAccount | undefined,
): AccountAudit | undefined {
  if (rules === undefined || decided === undefined) return undefined;
  if (!('by' in decided)) return decided;
  const ignores = whatIgnores(accountId, rules, decided.by);
  if (ignores === undefined) return undefined;
  return { accountId, findings: ['ignored'], why: `${ignores} of the rules says so` };
}

/** What an earlier run asked for is not asked for again where the rules ask for nothing, or nobody knows what they say. */
function unlessIgnored(
  { startAs, ...found }: AccountAudit,
  { rules }: AuditRequest,
  decided: DecidedAccount | undefined,
): AccountAudit {
  if (startAs === undefined) return found;
  if (rules === undefined || decided === undefined) return { ...found, startAs };
  if (!('by' in decided)) return { ...found, why: `${found.why}; ${decided.why}` };
  const ignores = whatIgnores(found.accountId, rules, decided.by);
  if (ignores === undefined) return { ...found, startAs };
  return { ...found, why: `${found.why}; no audit starts a run, as ${ignores} of the rules says so` };
}

function whatIgnores(accountId: string, rules: EventRules, by: DecidedBy): string | undefined {
  if (rules.allowedAccounts?.includes(accountId) === false) return 'allowedAccounts';
  return requestBy(by, rules) === undefined ? by : undefined;
}

async function look(
  accountId: string,
  { rules }: AuditRequest,
  pauses: BackOff,
  runs: KnownRuns | undefined,
  decided: DecidedAccount | undefined,
): Promise<AccountAudit> {
  const by = decided !== undefined && 'by' in decided ? decided.by : undefined;
  const request = rules && by && requestBy(by, rules);
  try {
    return await auditAccount(
      defined({
        accountId,
        region: request?.region ?? rules?.defaults.region,
        byRules: by && request && { by, request },
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
