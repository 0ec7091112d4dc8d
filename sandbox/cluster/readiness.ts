import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { accepts } from '../temporal-server';
import type { Place } from './addresses';
import type { ClusterSecurity } from './security';

const NAMESPACE = 'default';
const RETENTION_MS = 72 * 3_600_000;
const USABLE_MS = 120_000;
const CALL_MS = 5_000;
const HEALTH_MS = 2_000;
const POLL_MS = 100;
/** So many workflows that do not exist lie in every shard, as good as certainly. */
const PROBES = 100;
const GRPC = { notFound: 5, alreadyExists: 6 };

// A proxy of the environment knows nothing of this machine's own addresses.
const NO_PROXY = { channelArgs: { 'grpc.enable_http_proxy': 0 } };

const { TaskQueueType, IndexedValueType } = temporal.api.enums.v1;

/**
 * Says whether a process of Temporal's server serves calls: its port is open long before that. What its health is does not
 * matter, which of a history process is good only seconds later.
 */
export async function serves(
  { host, port }: Pick<Place, 'host' | 'port'>,
  access?: ClusterSecurity['access'],
): Promise<boolean> {
  // A gRPC channel that was refused waits a second before it tries again; a bare socket does not.
  if (!(await accepts(port, host))) return false;
  const connection = Connection.lazy({ ...NO_PROXY, ...access, address: `${host}:${port}` });
  try {
    await connection.withDeadline(Date.now() + HEALTH_MS, () => connection.healthService.check({}));
    return true;
  } catch (error) {
    return (error as { code?: number }).code === GRPC.notFound;
  } finally {
    await connection.close();
  }
}

/**
 * Makes the namespace with the search attributes, of which all are keywords, and waits until every shard and task queue of the
 * cluster is served and the attributes are known.
 *
 * @throws Error that says what did not come
 */
export async function makeUsable(
  address: string,
  searchAttributes: readonly string[],
  access?: ClusterSecurity['access'],
): Promise<void> {
  const connection = await eventually('the frontend', () =>
    Connection.connect({ ...NO_PROXY, ...access, address, connectTimeout: '2s' }),
  );
  const { workflowService, operatorService } = connection;
  const step = (what: string, work: () => Promise<unknown>) =>
    eventually(what, () => connection.withDeadline(Date.now() + CALL_MS, work));
  const namespace = NAMESPACE;
  try {
    await step('the namespace', () =>
      workflowService
        .registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs(RETENTION_MS) })
        .catch(unless(GRPC.alreadyExists)),
    );
    await Promise.all([
      step('the matching service', () =>
        workflowService.describeTaskQueue({
          namespace,
          taskQueue: { name: randomUUID() },
          taskQueueType: TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        }),
      ),
      ...Array.from({ length: PROBES }, () =>
        step('the history service', () =>
          workflowService
            .describeWorkflowExecution({ namespace, execution: { workflowId: randomUUID() } })
            .catch(unless(GRPC.notFound)),
        ),
      ),
    ]);
    if (searchAttributes.length === 0) return;
    await step('the registration of search attributes', async () => {
      const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
      const missing = searchAttributes.filter((name) => customAttributes[name] === undefined);
      if (missing.length === 0) return;
      const type = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;
      await operatorService.addSearchAttributes({
        namespace,
        searchAttributes: Object.fromEntries(missing.map((name) => [name, type] as const)),
      });
    });
    const query = searchAttributes.map((name) => `${name} = ''`).join(' AND ');
    await step('the search attributes', () => workflowService.countWorkflowExecutions({ namespace, query }));
  } finally {
    await connection.close();
  }
}

/** Does it again until it works. */
async function eventually<T>(what: string, work: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + USABLE_MS; ;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > end)
        throw new Error(`The cluster is not usable: ${what}: ${(error as Error).message}`, { cause: error });
      await sleep(POLL_MS);
    }
  }
}

/** Takes an answer that is as good as success. */
function unless(code: number): (error: unknown) => undefined {
  return (error) => {
    if ((error as { code?: number }).code === code) return undefined;
    throw error;
  };
}
