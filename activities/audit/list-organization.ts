import { cancellationSignal } from '@temporalio/activity';
import { defined } from '../../contract';
import type { BackOff } from '../back-off';
import type { OrganizationAccount } from '../aws/organizations';
import type { Page } from '../aws/call';
import { inOrganization, type ActivityDependencies } from '../in-account';

/** AWS gives 20 accounts a page. So many pages, or so much time, and the rest is another activity's. */
const MOST_PAGES = 50;
const LONGEST_MS = 12_000;

export interface ListOrganizationInput {
  /** Where to go on; default: at the beginning. */
  from?: string;
  backOff: BackOff;
}

/** A part of the accounts of the organization: of the active ones the IDs alone, as there may be 50,000 of them. */
export interface ListedAccounts {
  active: string[];
  others: { accountId: string; state: string }[];
  organizationId?: string;
  managementAccountId?: string;
  /** Where the list goes on; absent at its end. */
  next?: string;
}

/**
 * Lists accounts of the organization. What has been read is not read again: a call that fails after others ends the part that
 * it belongs to, and is the first of the next.
 */
export async function listOrganization(
  deps: ActivityDependencies,
  { from, backOff }: ListOrganizationInput,
): Promise<ListedAccounts> {
  return inOrganization(deps, backOff, async (organization) => {
    const began = deps.monotonicNow();
    const read: OrganizationAccount[] = [];
    let next: Page = { NextToken: from };
    for (let pages = 0; pages < MOST_PAGES && deps.monotonicNow() - began < LONGEST_MS; pages += 1) {
      try {
        const { items, NextToken } = await organization.listAccounts(next);
        read.push(...items);
        next = { NextToken };
      } catch (error) {
        if (pages === 0 || cancellationSignal().aborted) throw error;
        break;
      }
      if (next.NextToken === undefined) break;
    }
    return part(read, next.NextToken);
  });
}

function part(accounts: readonly OrganizationAccount[], next: string | undefined): ListedAccounts {
  const { organizationId, managementAccountId } =
    accounts.find((account) => account.managementAccountId !== undefined) ?? {};
  return defined({
    active: accounts.filter(({ state }) => state === 'ACTIVE').map(({ accountId }) => accountId),
    others: accounts
      .filter(({ state }) => state !== 'ACTIVE')
      .map(({ accountId, state }) => ({ accountId, state })),
    organizationId,
    managementAccountId,
    next,
  });
}
