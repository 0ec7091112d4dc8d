import type { Client } from '@temporalio/client';
import type { Check } from '../../contract';
import type { IdentityCenterClient } from '../client';
import { readServerError, TemporalServerError } from '../server-errors';
import { placeOf } from '../translate-errors';
import { checkConnection } from './connection';
import { checkNamespace } from './namespace';
import { checkSearchAttributes } from './search-attributes';
import { checkWorkers } from './workers';

/** What is checked. */
export interface CheckOptions {
  /** Registers the search attributes that are missing. */
  fix?: boolean;
  /** An account that a worker looks into; default: none. */
  accountId?: string;
}

/** The oldest server that this package is tried with. */
const OLDEST_SERVER = [1, 29] as const;

/**
 * Checks the server, the way to it, the namespace, its search attributes, the workers of the task queue, and by way of one
 * of them AWS.
 *
 * @throws TemporalServerError where the server is lost, or refuses
 */
export async function checkServer(
  client: IdentityCenterClient,
  { fix = false, accountId }: CheckOptions = {},
): Promise<Check[]> {
  const { temporal: connected, taskQueue } = client;
  const checks: Check[] = [];
  try {
    checks.push(await checkVersion(connected));
    checks.push(...(await checkConnection(connected)));
    checks.push(...(await checkNamespace(connected)));
    checks.push(await checkSearchAttributes(client, fix));
    checks.push(...(await checkWorkers(connected, taskQueue, accountId)));
    return checks;
  } catch (error) {
    const read = readServerError(error, placeOf(connected));
    if (!(read instanceof TemporalServerError) || read.code !== 'NAMESPACE_NOT_FOUND') throw read;
    const { namespace, remedy } = read;
    return [...checks, { check: 'namespace', ok: false, found: `${namespace}: there is none`, remedy }];
  }
}

async function checkVersion(client: Client): Promise<Check> {
  const { serverVersion } = await client.workflowService.getSystemInfo({});
  const found = `Temporal ${serverVersion || '(version unknown)'} at ${placeOf(client).address}`;
  if (!isTooOld(serverVersion)) return { check: 'server', ok: true, found };
  const remedy = `Upgrade the server: ${OLDEST_SERVER.join('.')} and newer are supported.`;
  return { check: 'server', ok: false, found, remedy };
}

/** Whether a server says a version, and it is older than those that are supported. */
export function isTooOld(serverVersion: string): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(serverVersion) ?? [];
  if (major === undefined) return false;
  const [oldestMajor, oldestMinor] = OLDEST_SERVER;
  return Number(major) < oldestMajor || (Number(major) === oldestMajor && Number(minor) < oldestMinor);
}
