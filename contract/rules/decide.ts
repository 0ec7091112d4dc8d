import { mergeRequest } from '../account/merge-request';
import { findRule, type AccountFacts, type UnknownFact } from './match';
import type { EventRules, RequestDefaults } from './schema';

/** What of the rules decides on an account: a rule, by its place in the list, or what holds where none fits. */
export type DecidedBy = `rules.${number}` | 'otherwise';

/** Says what decides on an account; where a rule asks what is not known of it, nobody can tell: a fact that would have to be known. */
export function decide(
  rules: Pick<EventRules, 'rules'>,
  account: AccountFacts,
): { by: DecidedBy } | { unknown: UnknownFact } {
  const found = findRule(rules, account);
  if ('unknown' in found) return found;
  return { by: found.rule === undefined ? 'otherwise' : `rules.${rules.rules.indexOf(found.rule)}` };
}

/** What becomes of an account on which this decides: what it is asked for; `undefined` where it is ignored. */
export function requestBy(
  by: DecidedBy,
  { rules, otherwise, defaults }: EventRules,
): RequestDefaults | undefined {
  const rule = by === 'otherwise' ? undefined : rules[Number(by.slice('rules.'.length))];
  if ((rule?.action ?? otherwise) === 'ignore') return undefined;
  return mergeRequest(defaults, rule?.request ?? {}) as RequestDefaults;
}
