import { mergeRequest } from '../account/merge-request';
import { readRequest } from '../account/request';
import { readBy, type Problem, type ReadRequest } from '../validation';
import { eventRulesSchema, type EventRules, type EventRulesInput } from './schema';

/** Reads rules. What they ask for is valid for whatever account they are asked of. */
export function readEventRules(input: unknown): ReadRequest<EventRules> {
  const read = readBy(eventRulesSchema(), input);
  if ('problems' in read) return read;
  const { defaults, rules = [] } = input as EventRulesInput;
  // What the schema has filled in would go over what the rules before say.
  const written = {
    ...read.request,
    defaults,
    rules: read.request.rules.map((rule, index) => ({
      match: rule.match,
      action: rule.action,
      request: rules[index]?.request ?? {},
    })),
  };
  const problems = written.rules.flatMap(({ match, request }, index) =>
    [...problemsOfMatch(match), ...problemsOfMerged(defaults, request)].map(
      ({ field, message }): Problem => ({ field: `rules.${index}.${field}`, message }),
    ),
  );
  return problems.length > 0 ? { problems } : { request: written };
}

function problemsOfMatch(match: object): Problem[] {
  if (Object.values(match).some((it) => it !== undefined)) return [];
  const message =
    'must name an organizationalUnit, an account or tags: what holds for all is in "defaults" and "otherwise"';
  return [{ field: 'match', message }];
}

/** Each part is valid, and the whole may still have too many tags. */
function problemsOfMerged(defaults: object, request: object): Problem[] {
  const read = readRequest({ ...mergeRequest(defaults, request), accountId: '000000000000' });
  return 'problems' in read
    ? read.problems.map(({ field, message }) => ({ field: `request.${field}`, message }))
    : [];
}
