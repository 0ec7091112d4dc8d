import { InvalidRequestError, unknownRegionsInRules } from '../../client';
import { readYaml, type ManifestProblem } from '../../client/manifest';
import { readEventRules, type EventRules, type EventRulesInput, type Problem } from '../../contract';

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
  const read = readEventRules(input);
  if ('problems' in read)
    return {
      problems: read.problems.map((it) => ({ ...it, field: it.field === 'request' ? 'rules' : it.field })),
    };
  const problems = unknownRegionsInRules(read.request);
  if (problems.length > 0) return { problems };
  READ.add(read.request);
  return { rules: read.request };
}
