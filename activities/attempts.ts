import { activityInfo, Context, heartbeat } from '@temporalio/activity';

/**
 * What the attempts of an activity tell those after them: in the details of heartbeats, which the server keeps until the
 * next. Each heartbeat of an attempt repeats what it does not change.
 */
type Told = Record<string, unknown>;

/** How often an attempt only waited for its turn; failed, in an activity that polls; was not answered. */
type Counted = 'sentAway' | 'failed' | 'unanswered';

/** What the present attempts have told by now. */
const told = new WeakMap<Context, Told>();

/** Reads what the attempts before this one, and this one, have told. */
export function toldSoFar(): Told {
  const context = Context.current();
  const before: unknown = context.info.heartbeatDetails;
  return told.get(context) ?? (typeof before === 'object' && before !== null ? { ...before } : {});
}

/** Adds to what is told with the next heartbeat; answers with all of it. */
export function tell(more: Told): Told {
  const all = { ...toldSoFar(), ...more };
  told.set(Context.current(), all);
  return all;
}

/** Reads how many attempts have ended in a way. */
export function countOf(end: Counted): number {
  const count = toldSoFar()[end];
  return typeof count === 'number' && Number.isSafeInteger(count) && count > 0 ? count : 0;
}

/** Counts the present attempt in; answers with the count. */
export function countAttempt(end: Counted): number {
  const count = countOf(end) + 1;
  heartbeat(tell({ [end]: count }));
  return count;
}

/** How many looks of an activity that polls came before: attempts that found no turn, or failed, were none. */
export function earlierLooks(): number {
  return Math.max(0, activityInfo().attempt - 1 - countOf('failed') - countOf('sentAway'));
}
