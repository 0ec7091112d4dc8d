import { temporal } from '@temporalio/proto';
import { SEARCH_ATTRIBUTE_NAMES } from '../contract';
import type { IdentityCenterClient } from './client';
import { missingSearchAttributes, registerSearchAttributes } from './search-attributes';

/** One thing that runs need. */
export interface Check {
  check: string;
  ok: boolean;
  found: string;
  /** What to do where it failed. */
  remedy?: string;
}

/** A worker polls anew every minute at the latest; the server remembers one that is gone for five. */
const POLLS_WITHIN_MS = 90_000;

const { TASK_QUEUE_TYPE_WORKFLOW } = temporal.api.enums.v1.TaskQueueType;

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
  const { pollers } = await connected.workflowService.describeTaskQueue({
    namespace: connected.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: TASK_QUEUE_TYPE_WORKFLOW,
  });
  const polling = pollers.filter(
    ({ lastAccessTime }) => Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1000 < POLLS_WITHIN_MS,
  );
  const found = `${polling.length} on task queue ${taskQueue}`;
  return polling.length > 0
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
