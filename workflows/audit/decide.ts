import { ActivityFailure, isCancellation, proxyActivities } from '@temporalio/workflow';
import type { Activities, BackOff } from '../../activities';
import { decide, type DecidedAccount, type EventRules } from '../../contract';
import { ATTEMPT } from '../shared/attempt';
import { lastWords } from '../shared/failure';

const { decideAccounts } = proxyActivities<Activities>({
  ...ATTEMPT,
  // How long AWS may throttle.
  scheduleToCloseTimeout: '30m',
  retry: { initialInterval: '1s', maximumInterval: '15s' },
  summary: 'asks Organizations for what the rules have to know of accounts',
});

/** Says what the rules say of accounts. Organizations is asked only where they are about more than an account's ID. */
export async function decideAll(
  accountIds: readonly string[],
  rules: EventRules,
  backOff: BackOff,
): Promise<Map<string, DecidedAccount>> {
  const decided = new Map<string, DecidedAccount>();
  const asked: string[] = [];
  for (const accountId of accountIds) {
    const its = decide(rules, { accountId });
    if ('by' in its) decided.set(accountId, { accountId, ...its });
    else asked.push(accountId);
  }
  while (asked.length > 0) {
    try {
      for (const its of await decideAccounts({ accountIds: asked, rules, backOff })) {
        decided.set(its.accountId, its);
        asked.shift();
      }
    } catch (error) {
      if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
      // What keeps Organizations from saying it of one account keeps it from the others as well.
      const why = lastWords(error) ?? 'no worker has asked Organizations in time';
      for (const accountId of asked.splice(0))
        decided.set(accountId, { accountId, findings: ['unknown'], why, remedy: 'Audit again.' });
    }
  }
  return decided;
}
