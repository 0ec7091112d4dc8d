import { SEARCH_ATTRIBUTE_NAMES } from '../contract';
import type { IdentityCenterClient } from './client';
import { missingSearchAttributes, registerSearchAttributes } from './search-attributes';
import { countPollers } from './task-queue';

/** One thing that runs need. */
export interface Check {
  check: string;
  ok: boolean;
  found: string;
  /** What to do where it failed. */
  remedy?: string;
}

/**
 * Checks the server, the namespace, its search attributes, and whether workers poll the task queue.
 *
 * @param options fix: register the search attributes that are missing
 */
export async function checkServer(client: IdentityCenterClient, options: { fix: boolean }): Promise<Check[]> {
  const { temporal: connected } = client;
  const { namespace } = connected.options;
  const { serverVersion } = await connected.workflowService.getSystemInfo({});
  const checks: Check[] = [
    { check: 'server', ok: true, found: `Temporal ${serverVersion || '(version unknown)'}` },
  ];
  try {
    await connected.workflowService.describeNamespace({ namespace });
  } catch (error) {
    const remedy = `Create it (temporal operator namespace create ${namespace}), or set TEMPORAL_NAMESPACE to one that is there.`;
    return [...checks, { check: 'namespace', ok: false, found: `${namespace}: ${messageOf(error)}`, remedy }];
  }
  checks.push({ check: 'namespace', ok: true, found: namespace });
  checks.push(await checkSearchAttributes(client, options.fix), await checkWorkers(client));
  return checks;
}

async function checkSearchAttributes(client: IdentityCenterClient, fix: boolean): Promise<Check> {
  const check = 'search attributes';
  const {
    connection,
    options: { namespace },
  } = client.temporal;
  const commands = (names: readonly string[]) =>
    `temporal operator search-attribute create --namespace ${namespace} ${names.map((name) => `--name ${name} --type Keyword`).join(' ')}`;
  const remedy = (names: readonly string[]) =>
    `${fix ? '' : 'Run "identity-center doctor --fix", or: '}${commands(names)} (in Temporal Cloud: tcld namespace search-attributes add). Runs work without them, but cannot be searched by stage.`;
  try {
    const missing = await (fix ? registerSearchAttributes : missingSearchAttributes)(connection, namespace);
    if (missing.length === 0) return { check, ok: true, found: 'all registered' };
    const names = missing.join(', ');
    return fix
      ? { check, ok: true, found: `registered now: ${names}` }
      : { check, ok: false, found: `missing: ${names}`, remedy: remedy(missing) };
  } catch (error) {
    return { check, ok: false, found: messageOf(error), remedy: remedy(SEARCH_ATTRIBUTE_NAMES) };
  }
}

async function checkWorkers({ temporal: connected, taskQueue }: IdentityCenterClient): Promise<Check> {
  const check = 'workers';
  const polling = await countPollers(connected, taskQueue);
  const found = `${polling} on task queue ${taskQueue}`;
  return polling > 0
    ? { check, ok: true, found }
    : {
        check,
        ok: false,
        found,
        remedy: `Start one: identity-center worker (IDENTITY_CENTER_TASK_QUEUE names the queue).`,
      };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
