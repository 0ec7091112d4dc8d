import { printRows, print } from './output';
import { grouped } from './words';

/** Accounts of which one thing is to be said. */
export interface CauseGroup {
  /** What all of them are: `34 held: AccessDeniedException`. */
  title: string;
  /** What happened to one of them, and to which, where that is known. */
  example: string;
  remedy?: string | undefined;
  /** Some of the accounts, or all. */
  accounts: readonly string[];
  count: number;
}

const NAMED = 3;

/** Prints groups of accounts by their cause: what happened, what to do about it, and some of the accounts. */
export function printGroups(groups: readonly CauseGroup[]): void {
  for (const { title, example, remedy, accounts, count } of groups) {
    print();
    print(title);
    printRows([
      ['What happened', example],
      ['Next step', remedy],
      ['Accounts', nameFirst(accounts, count)],
    ]);
  }
}

/** Names the first accounts of many. */
function nameFirst(accounts: readonly string[], count: number): string {
  const named = accounts.slice(0, NAMED);
  const more = count - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${grouped(more)} more` : ''}`;
}

/** Groups by a key, the largest group first. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()].sort((one, other) => other.length - one.length);
}
