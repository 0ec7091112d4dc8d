import {
  defined,
  MAX_HOLDS,
  MAX_NAMED_ACCOUNTS,
  MAX_PAGE_HOLDS,
  oneLine,
  type FleetHold,
  type UnfinishedAccount,
} from '../../contract';
import type { FleetState, LivePage } from './state';

/** A cause of holds, with its words. */
export type HoldCause = Pick<FleetHold, 'type' | 'situation' | 'remedy' | 'example'>;

/** Accounts of a page that are held for one cause, which is told by its key alone. */
export interface PageHold extends Pick<FleetHold, 'count' | 'accounts' | 'heldUntil'> {
  key: string;
}

const LONGEST_EXAMPLE = 300;
const OTHER: HoldCause = { type: 'Other', example: 'Several causes.' };

/** One cause has the same next step for every account: that of its row of the table of failures. */
function keyOf({ type, situation = '' }: Pick<HoldCause, 'type' | 'situation'>): string {
  return `${type} ${situation}`;
}

/** An account whose run waits for a person, why, and until when. */
export type HeldAccount = Required<Pick<UnfinishedAccount, 'accountId' | 'failure' | 'heldUntil'>>;

/** Groups the held accounts of a page by cause, for its report. */
export function groupHolds(accounts: readonly HeldAccount[]): FleetHold[] {
  const holds = new Map<string, FleetHold>();
  for (const { accountId, failure, heldUntil } of accounts) {
    const { type, situation, remedy, whatHappened } = failure;
    const isKnown = holds.has(keyOf(failure)) || holds.size < MAX_PAGE_HOLDS - 1;
    const cause = isKnown
      ? defined({ type, situation, remedy, example: oneLine(whatHappened, LONGEST_EXAMPLE) })
      : OTHER;
    addHold(holds, { ...cause, count: 1, accounts: [accountId], heldUntil });
  }
  return [...holds.values()];
}

/** Takes over why accounts of a page are held, as it reports it. */
export function takeHolds(state: FleetState, page: LivePage, reported: readonly FleetHold[]): void {
  page.holds = [];
  const inUse = new Set(state.pages.flatMap(({ holds }) => holds.map(({ key }) => key)));
  state.holdCauses = state.holdCauses.filter((cause) => inUse.has(keyOf(cause)));
  const named = new Map(sumHolds(state).map((hold) => [keyOf(hold), hold.accounts.length]));
  for (const { count, accounts, heldUntil, ...told } of reported) {
    const isKnown = state.holdCauses.some((cause) => keyOf(cause) === keyOf(told));
    const cause = isKnown || state.holdCauses.length < MAX_HOLDS - 1 ? told : OTHER;
    const key = keyOf(cause);
    if (!state.holdCauses.some((known) => keyOf(known) === key)) state.holdCauses.push(cause);
    // Of thousands of pages, only a few name accounts.
    const room = MAX_NAMED_ACCOUNTS - (named.get(key) ?? 0);
    page.holds.push({ key, count, accounts: accounts.slice(0, room), heldUntil });
  }
}

/** Sums up why accounts are held, over the pages of a fleet, the most frequent cause first. */
export function sumHolds({ pages, holdCauses }: FleetState): FleetHold[] {
  const causes = new Map(holdCauses.map((cause) => [keyOf(cause), cause]));
  const holds = new Map<string, FleetHold>();
  for (const page of pages)
    for (const { key, ...counted } of page.holds)
      addHold(holds, { ...(causes.get(key) ?? OTHER), ...counted });
  return [...holds.values()].sort((one, other) => other.count - one.count);
}

function addHold(holds: Map<string, FleetHold>, hold: FleetHold): void {
  const known = holds.get(keyOf(hold));
  if (known === undefined) {
    holds.set(keyOf(hold), { ...hold, accounts: [...hold.accounts] });
    return;
  }
  known.count += hold.count;
  if (hold.heldUntil < known.heldUntil) known.heldUntil = hold.heldUntil;
  known.accounts.push(...hold.accounts.slice(0, MAX_NAMED_ACCOUNTS - known.accounts.length));
}
