import { ActivityFailure, isCancellation, proxyActivities } from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';
import type { Activities, ListedAccounts } from '../../activities';
import { defined, NOT_IN_ORGANIZATION, type AuditRequest } from '../../contract';
import { ATTEMPT } from '../shared/attempt';
import { isFinal, lastWords } from '../shared/failure';
import { backOff } from '../shared/retry';
import { timingOf } from './timing';

const { listOrganization } = proxyActivities<Activities>({
  ...ATTEMPT,
  // How long AWS may throttle, or the way to it may be cut.
  scheduleToCloseTimeout: '6h',
  retry: { initialInterval: '1s', maximumInterval: '60s' },
  summary: 'lists accounts of the organization',
});

const { findUnlisted } = proxyActivities<Activities>({
  startToCloseTimeout: '5m',
  heartbeatTimeout: '10s',
  scheduleToCloseTimeout: '6h',
  retry: { initialInterval: '1s', maximumInterval: '60s' },
  summary: 'finds the accounts that runs know and the organization does not have',
});

/** The accounts that an audit looks after. Of the active ones it has the IDs alone: there may be 50,000 of them. */
export interface AccountsToSee extends Pick<ListedAccounts, 'organizationId' | 'managementAccountId'> {
  active: string[];
  others: { accountId: string; state: string }[];
}

/** A part has up to a thousand accounts. */
const MOST_PARTS = 200;

/** A list that is broken off may have lost its place: so often it is begun anew. */
const MOST_LISTS = 3;

/**
 * Lists the accounts of the organization, and those that runs know besides.
 *
 * @throws ApplicationFailure where they cannot be listed
 */
export async function listAccounts(request: AuditRequest): Promise<AccountsToSee> {
  const listed = await listAll(request);
  refuseOtherOrganization(listed, request);
  const known = [...listed.active, ...listed.others.map(({ accountId }) => accountId)];
  const unlisted = await findUnlisted({ known });
  const state = NOT_IN_ORGANIZATION;
  return { ...listed, others: [...listed.others, ...unlisted.map((accountId) => ({ accountId, state }))] };
}

/** Rules of one organization say nothing of the accounts of another. */
function refuseOtherOrganization(
  { managementAccountId: listed }: AccountsToSee,
  { rules }: AuditRequest,
): void {
  const named = rules?.managementAccountId;
  if (named === undefined || listed === undefined || named === listed) return;
  throw ApplicationFailure.nonRetryable(
    `The management account of the organization is ${listed}, and managementAccountId of the rules is ${named}: nothing was looked at or started. Correct the rules, or audit with workers of that organization.`,
    'OrganizationNotListed',
  );
}

async function listAll(request: AuditRequest): Promise<AccountsToSee> {
  for (let lists = 1; ; lists += 1) {
    let from: string | undefined;
    const parts: ListedAccounts[] = [];
    try {
      do {
        const part = await listOrganization(defined({ from, backOff: backOff(timingOf(request)) }));
        parts.push(part);
        from = part.next;
      } while (from !== undefined && parts.length < MOST_PARTS);
      if (from === undefined) return join(parts);
      throw ApplicationFailure.nonRetryable(
        `The list of the accounts of the organization has not ended after ${MOST_PARTS} parts: audit again.`,
        'OrganizationNotListed',
      );
    } catch (error) {
      if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
      // AWS does not say for how long it remembers a place in the list.
      if (from !== undefined && isFinal(error) && lists < MOST_LISTS) continue;
      throw ApplicationFailure.nonRetryable(
        lastWords(error) ?? 'The accounts of the organization could not be listed in time: audit again.',
        'OrganizationNotListed',
      );
    }
  }
}

/** A list that changes while it is read may have an account twice. */
function join(parts: readonly ListedAccounts[]): AccountsToSee {
  const others = new Map(parts.flatMap((part) => part.others).map((account) => [account.accountId, account]));
  const active = new Set(parts.flatMap((part) => part.active).filter((accountId) => !others.has(accountId)));
  const { organizationId, managementAccountId } =
    parts.find((part) => part.managementAccountId !== undefined) ?? {};
  return {
    active: [...active],
    others: [...others.values()],
    ...defined({ organizationId, managementAccountId }),
  };
}
