import { readFileSync } from 'node:fs';
import { describeManifestProblems } from '../../client/manifest';
import { oneLine } from '../../contract';
import { readRules, type EventRules } from '../../pipelines';
import { UsageError } from '../errors';

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
