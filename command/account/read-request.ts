import { readFileSync } from 'node:fs';
import type { ProvisionRequestInput } from '../../client';
import { describeManifestProblems, readJsonText } from '../../client/manifest';
import { oneLine } from '../../contract';
import { UsageError } from '../errors';
import { FIELD_OPTIONS } from './program';
import { quote } from '../words';

/** The options of `provision`, as commander names them: `request`, and one for each field of the request that has one. */
export interface RequestOptions {
  request?: string;
  [field: string]: unknown;
}

/**
 * Reads the request of a command line: the file, and over it the options. Its values are as unchecked as they came; the
 * client reads them by the schema.
 *
 * @throws UsageError where the file cannot be read, or a tag has no `=`
 */
export function readRequestInput(accountId: string, options: RequestOptions): ProvisionRequestInput {
  const file = options.request === undefined ? {} : readRequestFile(options.request);
  const inFile = file['accountId'];
  if (inFile !== undefined && inFile !== accountId) {
    throw new UsageError(
      `accountId: ${options.request ?? ''} is for ${quote(inFile)}, the command for ${accountId}`,
    );
  }
  return { ...file, ...readFields(options), accountId } as ProvisionRequestInput;
}

/** Reads the fields of a request that are given as options. @throws UsageError where a tag has no `=` */
export function readFields(options: RequestOptions): Record<string, unknown> {
  const given = FIELD_OPTIONS.flatMap(({ path, option, isTags }) => {
    const value = options[option.attributeName()];
    if (value === undefined) return [];
    return [[path, isTags ? readTags(value as string[]) : value]];
  });
  return Object.fromEntries(given) as Record<string, unknown>;
}

function readRequestFile(file: string): Record<string, unknown> {
  const name = file === '-' ? 'stdin' : oneLine(file, 200) || '""';
  const read = readJsonText(readText(file, name));
  if ('problems' in read) throw new UsageError(`--request: ${describeManifestProblems(name, read.problems)}`);
  const { value } = read;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`--request: ${name} must hold one JSON object`);
  }
  return value as Record<string, unknown>;
}

function readText(file: string, name: string): string {
  try {
    const bytes = readFileSync(file === '-' ? 0 : file);
    // PowerShell's `>` writes UTF-16; editors put a byte order mark before UTF-8, which the decoder takes away.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not UTF-8 text' : oneLine(message, 300);
    throw new UsageError(`--request: ${name} cannot be read as JSON: ${why}`);
  }
}

/** @throws UsageError where a tag has no `=`, or is given twice */
export function readTags(pairs: string[] | undefined): Record<string, string> | undefined {
  if (pairs === undefined) return undefined;
  const tags = new Map<string, string>();
  for (const pair of pairs) {
    const split = pair.indexOf('=');
    if (split < 1) throw new UsageError(`--tag: ${quote(pair)} must be KEY=VALUE`);
    const key = pair.slice(0, split);
    if (tags.has(key)) throw new UsageError(`--tag: ${quote(key)} is given twice`);
    tags.set(key, pair.slice(split + 1));
  }
  return Object.fromEntries(tags);
}
