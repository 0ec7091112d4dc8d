import { InvalidRequestError, unknownRegion } from '../../client';
import { readYaml, type ManifestProblem } from '../../client/manifest';
import { readBy, type Problem } from '../../contract';
import { eventRulesSchema, type EventRules, type EventRulesInput } from './schema';

/** Rules, or everything that is wrong with them. */
export type ReadRules = { rules: EventRules } | { problems: ManifestProblem[] };

/** Reads a file of rules, in YAML or JSON. Problems are told by line. Never throws. */
export function readRules(bytes: Uint8Array): ReadRules {
  const file = readYaml(bytes);
  if ('problems' in file) return file;
  const read = checkRules(file.value);
  if ('rules' in read) return read;
  return {
    problems: read.problems
      .map((it) => ({ line: file.lineOf(it.field), ...it }))
      .sort((one, other) => one.line - other.line),
  };
}

/** Reads rules that a program has. @throws InvalidRequestError */
export function rulesOf(input: EventRulesInput | EventRules): EventRules {
  if (READ.has(input)) return input as EventRules;
  const read = checkRules(input);
  if ('problems' in read) throw new InvalidRequestError(read.problems);
  return read.rules;
}

/** What was read is not read again for each event. */
const READ = new WeakSet();

function checkRules(input: unknown): { rules: EventRules } | { problems: Problem[] } {
  const read = readBy(eventRulesSchema(), input);
  if ('problems' in read)
    return {
      problems: read.problems.map((it) => ({ ...it, field: it.field === 'request' ? 'rules' : it.field })),
    };
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
  const problems = [
    ...unknownIn(defaults, 'defaults'),
    ...written.rules.flatMap(({ match, request }, index) => [
      ...(Object.values(match).every((it) => it === undefined)
        ? [{ field: `rules.${index}.match`, message: FOR_ALL }]
        : []),
      ...unknownIn(request, `rules.${index}.request`),
    ]),
  ];
  if (problems.length > 0) return { problems };
  READ.add(written);
  return { rules: written };
}

const FOR_ALL =
  'must name an organizationalUnit, an account or tags: what holds for all is in "defaults" and "otherwise"';

function unknownIn({ region }: { region?: string | undefined }, field: string): Problem[] {
  const message = unknownRegion(region);
  return message === undefined ? [] : [{ field: `${field}.region`, message }];
}
