import { readFileSync } from 'node:fs';
import { InvalidRequestError, refuseUnknownRegions } from '../client';
import { describeManifestProblems } from '../client/manifest';
import { mergeRequest, oneLine, readRequest } from '../contract';
import { readRules, type EventRules, type RequestDefaults } from '../pipelines';
import { readFields, type RequestOptions } from './account/read-request';
import { UsageError } from './errors';

/** The rules of a command line: a file, and the options of a request over its defaults. */
export interface RulesOptions extends RequestOptions {
  rules?: string;
}

/** Tells whether a command line says anything of what accounts are asked for. */
export function saysRules({ rules, ...options }: RulesOptions): boolean {
  return rules !== undefined || Object.keys(readFields(options)).length > 0;
}

/** Reads the rules, with the options of a request over their defaults. @throws UsageError, InvalidRequestError */
export function rulesOf({ rules: file, ...options }: RulesOptions): EventRules {
  const fields = readFields(options);
  const base = file === undefined ? undefined : readRulesFile(file, '--rules');
  const defaults = mergeRequest(base?.defaults ?? {}, fields) as RequestDefaults;
  // Told as those of `provision` are.
  const read = readRequest({ ...defaults, accountId: '000000000000' });
  if ('problems' in read) throw new InvalidRequestError(read.problems);
  refuseUnknownRegions([defaults]);
  return {
    ...{ rules: [], otherwise: 'provision', onClosed: 'ignore', onRemoved: 'ignore', tasks: 'answer' },
    ...base,
    defaults,
  };
}

/**
 * Reads a file of rules for events.
 *
 * @param name of the option or variable that says which file
 * @throws UsageError
 */
export function readRulesFile(file: string, name: string): EventRules {
  const read = readRules(readBytes(file, name));
  if ('rules' in read) return read.rules;
  throw new UsageError(
    `The rules are not valid, and nothing was started.\n${describeManifestProblems(file, read.problems)}`,
  );
}

function readBytes(file: string, name: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`${name}: cannot be read: ${oneLine((error as Error).message, 300)}`);
  }
}
