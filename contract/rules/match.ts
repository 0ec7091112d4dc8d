import type { EventRule, EventRules } from './schema';

/** What rules can ask of an account. */
export interface AccountFacts {
  accountId: string;
  accountName?: string;
  /** Names and IDs of the organizational units that it is in, also indirectly; absent: nobody knows. */
  organizationalUnits?: readonly string[];
  /** Absent: nobody knows. */
  tags?: Readonly<Record<string, string>>;
}

/** What a rule has to know of an account, and nobody does. */
export type UnknownFact = 'organizationalUnit' | 'accountName' | 'tags';

/**
 * Finds the first rule that fits an account; `undefined` where none does. Where a rule asks what is not known, nobody can tell
 * which rule decides: a fact is named that would have to be known.
 */
export function findRule(
  { rules }: Pick<EventRules, 'rules'>,
  account: AccountFacts,
): { rule: EventRule | undefined } | { unknown: UnknownFact } {
  for (const rule of rules) {
    const outcome = fits(rule, account);
    if (outcome === true) return { rule };
    if (outcome !== false) return { unknown: outcome };
  }
  return { rule: undefined };
}

function fits(
  { match: { organizationalUnit, account: patterns, tags } }: EventRule,
  account: AccountFacts,
): boolean | UnknownFact {
  const parts: (boolean | UnknownFact)[] = [];
  if (patterns !== undefined) parts.push(fitsAccount(patterns, account));
  if (organizationalUnit !== undefined) {
    const units = account.organizationalUnits;
    parts.push(units === undefined ? 'organizationalUnit' : fitsOne(organizationalUnit, units));
  }
  if (tags !== undefined) {
    const { tags: all } = account;
    parts.push(
      all === undefined
        ? 'tags'
        : Object.entries(tags).every(
            ([key, values]) => Object.hasOwn(all, key) && fitsOne(values, [all[key] ?? '']),
          ),
    );
  }
  // What is known not to fit needs no more.
  if (parts.includes(false)) return false;
  return parts.find((it) => typeof it === 'string') ?? true;
}

/** A pattern that only an ID can fit is not about names. */
function fitsAccount(patterns: Patterns, { accountId, accountName }: AccountFacts): boolean | 'accountName' {
  if (fitsOne(patterns, accountName === undefined ? [accountId] : [accountId, accountName])) return true;
  const areIds = [patterns].flat().every((pattern) => /^[\d?]+$/.test(pattern));
  return accountName === undefined && !areIds ? 'accountName' : false;
}

type Patterns = string | readonly string[];

function fitsOne(patterns: Patterns, texts: readonly string[]): boolean {
  return [patterns].flat().some((pattern) => texts.some((text) => fitsPattern(pattern, text)));
}

/**
 * Whether a text fits a pattern, in which `*` stands for any characters and `?` for one. Not by a regular expression: of one
 * with many stars, a long text would keep the process busy for ever.
 */
export function fitsPattern(pattern: string, text: string): boolean {
  let [at, here] = [0, 0];
  let star: { at: number; here: number } | undefined;
  while (here < text.length) {
    if (pattern[at] === '*') {
      star = { at, here };
      at += 1;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[here])) {
      at += 1;
      here += 1;
    } else if (star !== undefined) {
      star.here += 1;
      at = star.at + 1;
      here = star.here;
    } else return false;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
