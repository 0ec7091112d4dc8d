import { activityInfo, Context } from '@temporalio/activity';
import { temporal } from '@temporalio/proto';
import { SEARCH_ATTRIBUTE_NAMES } from '../../contract';

/** What is registered later is found by the runs that start this much later. */
const LIST_EVERY_MS = 60_000;
const ANSWER_MS = 2_000;

/** Of so many runs the worker knows that they have asked. */
const RUNS_REMEMBERED = 1_000;

const { INDEXED_VALUE_TYPE_KEYWORD: KEYWORD } = temporal.api.enums.v1.IndexedValueType;

/**
 * Creates the local activity that names those search attributes of ours that the namespace has. Where the server does not say,
 * or does not let this worker ask, it names none. The server is asked once a minute at the most.
 */
export function searchAttributeLister(monotonicNow: () => number): () => Promise<string[]> {
  let listed: { at: number; names: Promise<string[]> } | undefined;
  const asked = new Set<string>();
  return async () => {
    const { runId } = activityInfo().workflowExecution ?? { runId: '' };
    // What a run has been told is in its history. One that asks again has had its workflow task fail: a server may refuse what
    // it lists, as it learns late of what was registered, and of what was removed.
    if (asked.has(runId)) return [];
    asked.add(runId);
    for (const oldest of asked) {
      if (asked.size <= RUNS_REMEMBERED) break;
      asked.delete(oldest);
    }
    if (listed === undefined || monotonicNow() - listed.at > LIST_EVERY_MS)
      listed = { at: monotonicNow(), names: list().catch(() => []) };
    return listed.names;
  };
}

async function list(): Promise<string[]> {
  const { connection, options } = Context.current().client;
  const { customAttributes } = await connection.withDeadline(Date.now() + ANSWER_MS, () =>
    connection.operatorService.listSearchAttributes({ namespace: options.namespace }),
  );
  return SEARCH_ATTRIBUTE_NAMES.filter((name) => customAttributes[name] === KEYWORD);
}
