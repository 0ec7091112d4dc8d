import { cancellationSignal } from '@temporalio/activity';
import { askFacts, decide, type DecidedAccount, type EventRules, type KnownFacts } from '../../contract';
import type { Organization } from '../aws/account';
import { isNotInOrganization } from '../aws/organizations';
import type { BackOff } from '../back-off';
import { inOrganization, type ActivityDependencies } from '../in-account';

/** After so much time the rest is another activity's. */
const LONGEST_MS = 12_000;

export interface DecideAccountsInput {
  accountIds: readonly string[];
  rules: EventRules;
  backOff: BackOff;
}

/**
 * Says what the rules say of accounts, of the first at least: asks Organizations for what they have to know of each. A call
 * that fails after others ends what is decided here, and is the first of the next.
 */
export async function decideAccounts(
  deps: ActivityDependencies,
  { accountIds, rules, backOff }: DecideAccountsInput,
): Promise<DecidedAccount[]> {
  return inOrganization(
    deps,
    backOff,
    async (organization) => {
      const began = deps.monotonicNow();
      const source = withUnitsKept(organization);
      const decided: DecidedAccount[] = [];
      for (const accountId of accountIds) {
        if (decided.length > 0 && deps.monotonicNow() - began > LONGEST_MS) break;
        try {
          decided.push(await decideAccount(source, rules, accountId));
        } catch (error) {
          if (decided.length === 0 || cancellationSignal().aborted) throw error;
          break;
        }
      }
      return decided;
    },
    'What the rules ask for of accounts cannot be read.',
  );
}

async function decideAccount(
  organization: Organization,
  rules: EventRules,
  accountId: string,
): Promise<DecidedAccount> {
  let known: KnownFacts = {};
  try {
    for (;;) {
      const decided = decide(rules, { accountId, ...known });
      if ('by' in decided) return { accountId, ...decided };
      // Each round knows a fact more, and there are three.
      known = { ...known, ...(await askFacts(organization, accountId, [decided.unknown])) };
    }
  } catch (error) {
    if (!isNotInOrganization(error)) throw error;
    const why = 'the organization does not have it any more, so what the rules say of it was not asked';
    return { accountId, findings: ['unknown'], why, remedy: 'Audit again.' };
  }
}

/** Most accounts are in few units: their names, and what they are in, are asked for once. */
function withUnitsKept(organization: Organization): Organization {
  const parents = new Map<string, ReturnType<Organization['parent']>>();
  const names = new Map<string, ReturnType<Organization['unitName']>>();
  const once = <T>(kept: Map<string, Promise<T>>, id: string, ask: (id: string) => Promise<T>) => {
    const asked = kept.get(id) ?? ask(id);
    kept.set(id, asked);
    return asked;
  };
  return {
    ...organization,
    parent: (id) => once(parents, id, (it) => organization.parent(it)),
    unitName: (id) => once(names, id, (it) => organization.unitName(it)),
  };
}
