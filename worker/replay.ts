import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { Worker } from '@temporalio/worker';
import { oneLine, type Check } from '../contract';
import { WORKFLOW_BUNDLE } from './bundle';
import { unpackRecordings, type Recording } from './recordings';

const MOST_NAMED = 3;

/** A history that a build does not go on with. */
export interface Divergence {
  /** Of the recording. */
  name: string;
  error: Error;
}

/** Replays histories with a workflow bundle, and says of which it would do something else than they say. */
export async function findDivergences(
  recordings: readonly Recording[],
  codePath = WORKFLOW_BUNDLE,
): Promise<Divergence[]> {
  const names = recordings.map(({ name }) => name);
  const histories = recordings.map(({ workflowId, history }) => ({
    workflowId,
    history: historyFromJSON(history),
  }));
  const diverging: Divergence[] = [];
  // Their results come in the order of the histories.
  for await (const { error } of Worker.runReplayHistories({ workflowBundle: { codePath } }, histories)) {
    const name = names.shift() ?? '';
    if (error !== undefined) diverging.push({ name, error });
  }
  return diverging;
}

/** Says whether this build goes on with the histories that ship with it. */
export async function checkReplay(codePath = WORKFLOW_BUNDLE): Promise<Check> {
  const recordings = unpackRecordings();
  const diverging = await findDivergences(recordings, codePath);
  const check = 'replay';
  if (diverging.length === 0)
    return { check, ok: true, found: `goes on with all ${recordings.length} recorded histories` };
  const named = diverging.slice(0, MOST_NAMED).map(({ name }) => name);
  const more = diverging.length - named.length;
  const first = oneLine(diverging[0]?.error.message ?? '', 300);
  return {
    check,
    ok: false,
    found: `does not go on with ${diverging.length} of ${recordings.length} recorded histories: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''} (${first})`,
    remedy: 'Do not make this version current: open runs would stand still. See docs/upgrades.md.',
  };
}
