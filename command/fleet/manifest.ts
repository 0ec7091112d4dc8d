import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  InvalidRequestError,
  refuseUnknownRegions,
  type FleetInput,
  type SkippedAccount,
} from '../../client';
import { describeManifestProblems, readManifest, type ManifestRequests } from '../../client/manifest';
import { defined, oneLine, readFleetRequest, readRequest } from '../../contract';
import { readFields, type RequestOptions } from '../account/read-request';
import { UsageError } from '../errors';
import { counted, grouped } from '../words';

/** The options of a fleet beside its manifest; those of a request count for all accounts that do not say otherwise. */
export interface FleetInputOptions extends RequestOptions {
  fleetName?: string;
  maxConcurrent?: number;
  stopAfterFailures?: string;
  trustHistory?: boolean;
}

/**
 * Reads the accounts of a manifest.
 *
 * @throws UsageError with every problem of the file by its line
 * @throws InvalidRequestError where an option is what no account may have
 */
export function readAccounts(manifest: string, options: RequestOptions): ManifestRequests {
  const defaults = readFields(options);
  // Told as those of `provision` are, and not once for each account.
  const checked = readRequest({ region: 'us-east-1', ...defaults, accountId: '000000000000' });
  if ('problems' in checked) throw new InvalidRequestError(checked.problems);
  refuseUnknownRegions([defaults]);
  const read = readManifest({ name: path.basename(manifest), bytes: readBytes(manifest) }, defaults);
  if ('problems' in read)
    throw new UsageError(
      `The manifest is not valid, and nothing was started.\n${describeManifestProblems(manifest, read.problems)}`,
    );
  return read;
}

/** Reads what a fleet is asked for: the accounts of its manifest, and the options. @throws UsageError, InvalidRequestError */
export function readFleetInput(
  manifest: string,
  options: FleetInputOptions,
): { input: FleetInput; read: ManifestRequests } {
  const read = readAccounts(manifest, options);
  const { fleetName, maxConcurrent, stopAfterFailures: stop, trustHistory } = options;
  const rest = defined({
    name: fleetName ?? path.parse(manifest).name,
    maxConcurrent,
    trustHistory,
    stopAfterFailures: stop !== undefined && /^\d+$/.test(stop) ? Number(stop) : stop,
  });
  const request = readFleetRequest(rest);
  if ('problems' in request)
    throw new InvalidRequestError(
      request.problems.map((problem) =>
        problem.field === 'name'
          ? {
              field: 'fleet-name',
              message: `${problem.message}${fleetName === undefined ? "; the file's name is none, so give one with --fleet-name" : ''}`,
            }
          : problem,
      ),
    );
  const { requests: accounts, skipped } = read;
  return { input: defined({ ...rest, accounts, skipped }), read };
}

/** More accounts of one reason would push the others off the screen; the report and `--json` have all of them. */
const NAMED = 20;

/** Says on stderr, which no reader of JSON takes for it, which accounts of a manifest are not provisioned, and why. */
export function sayWhatIsSkipped(
  manifest: string,
  { requests, skipped = [], notes = [] }: ManifestRequests,
): void {
  const name = oneLine(manifest, 200);
  const lines = notes.map((note) => `${name}: ${note}`);
  if (skipped.length > 0) {
    const all = counted(requests.length + skipped.length, 'account');
    lines.push(`${name}: ${grouped(skipped.length)} of ${all} skipped:`);
    for (const [reason, accounts] of byReason(skipped)) {
      const more = accounts.length > NAMED ? ` and ${grouped(accounts.length - NAMED)} more` : '';
      lines.push(`  ${grouped(accounts.length)}: ${reason}: ${accounts.slice(0, NAMED).join(', ')}${more}`);
    }
  }
  for (const line of lines) process.stderr.write(`${line}\n`);
}

function byReason(skipped: readonly SkippedAccount[]): Map<string, string[]> {
  const reasons = new Map<string, string[]>();
  for (const { accountId, reason } of skipped) {
    const accounts = reasons.get(reason);
    if (accounts === undefined) reasons.set(reason, [accountId]);
    else accounts.push(accountId);
  }
  return reasons;
}

function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`manifest: cannot be read: ${oneLine((error as Error).message, 300)}`);
  }
}
