import { readFileSync } from 'node:fs';
import path from 'node:path';
import { InvalidRequestError, type FleetInput } from '../../client';
import { describeManifestProblems, readManifest, type ManifestRequest } from '../../client/manifest';
import { defined, oneLine, readFleetRequest } from '../../contract';
import { UsageError } from '../errors';

/** The options of a fleet beside its manifest. */
export interface FleetInputOptions {
  name?: string;
  maxConcurrent?: number;
  stopAfterFailures?: string;
}

/** Reads the accounts of a manifest. @throws UsageError with every problem of the file by its line */
export function readAccounts(manifest: string): ManifestRequest[] {
  const read = readManifest({ name: path.basename(manifest), bytes: readBytes(manifest) });
  if ('problems' in read)
    throw new UsageError(
      `The manifest is not valid, and nothing was started.\n${describeManifestProblems(manifest, read.problems)}`,
    );
  return read.requests;
}

/** Reads what a fleet is asked for: the accounts of its manifest, and the options. @throws UsageError, InvalidRequestError */
export function readFleetInput(manifest: string, options: FleetInputOptions): FleetInput {
  const accounts = readAccounts(manifest);
  const { maxConcurrent, stopAfterFailures: stop } = options;
  const rest = defined({
    name: options.name ?? path.parse(manifest).name,
    maxConcurrent,
    stopAfterFailures: stop !== undefined && /^\d+$/.test(stop) ? Number(stop) : stop,
  });
  const request = readFleetRequest(rest);
  if ('problems' in request)
    throw new InvalidRequestError(
      request.problems.map((problem) =>
        problem.field === 'name' && options.name === undefined
          ? { ...problem, message: `${problem.message}; the file's is none, so give one with --name` }
          : problem,
      ),
    );
  return { ...rest, accounts };
}

function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`manifest: cannot be read: ${oneLine((error as Error).message, 300)}`);
  }
}
