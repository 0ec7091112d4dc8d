import { readFileSync } from 'node:fs';
import type { ProvisionRequestInput } from '../client';
import { UsageError } from './exit-codes';

/** The options of `provision` that make up the request. */
export interface RequestOptions {
  region?: string;
  name?: string;
  tag?: string[];
  existing?: string;
  onCancel?: string;
  onFailure?: string;
  onCreateFailed?: string;
  request?: string;
}

/**
 * The request of a command line: the file, and over it the options. Its values are as unchecked as they came; the client
 * reads them by the schema.
 *
 * @throws UsageError where the file cannot be read, or a tag has no `=`
 */
export function readRequestOptions(accountId: string, options: RequestOptions): ProvisionRequestInput {
  const file = options.request === undefined ? {} : readRequestFile(options.request);
  const { region, name, existing, onCancel, onFailure, onCreateFailed } = options;
  const given = { region, name, existing, onCancel, onFailure, onCreateFailed, tags: readTags(options.tag) };
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const inFile = file['accountId'];
  if (inFile !== undefined && inFile !== accountId) {
    throw new UsageError(
      `accountId: ${options.request ?? ''} is for ${JSON.stringify(inFile)}, the command for ${accountId}`,
    );
  }
  return { ...file, ...set, accountId } as ProvisionRequestInput;
}

function readRequestFile(file: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
  } catch (error) {
    throw new UsageError(`--request: ${file} cannot be read as JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`--request: ${file} must hold one JSON object`);
  }
  return value as Record<string, unknown>;
}

/** @throws UsageError where a tag has no `=`, or is given twice */
export function readTags(pairs: string[] | undefined): Record<string, string> | undefined {
  if (pairs === undefined) return undefined;
  const tags = new Map<string, string>();
  for (const pair of pairs) {
    const split = pair.indexOf('=');
    if (split < 1) throw new UsageError(`--tag: ${JSON.stringify(pair)} must be KEY=VALUE`);
    const key = pair.slice(0, split);
    if (tags.has(key)) throw new UsageError(`--tag: ${JSON.stringify(key)} is given twice`);
    tags.set(key, pair.slice(split + 1));
  }
  return Object.fromEntries(tags);
}
