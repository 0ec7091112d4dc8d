import { setTimeout as sleep } from 'node:timers/promises';
import { isUnavailable } from '../client';

/** What was done to an account or a fleet, and what came of it. Times are ISO 8601. */
export interface ActionRecord<Action extends { type: string } = { type: string }> {
  began: string;
  ended: string;
  action: Action;
  /** `done`, or the name of the error. */
  outcome: string;
}

/** How long the server may be away. */
const PATIENCE_MS = 90_000;

/** Carries out an action, which may fail, and records what came of it. */
export async function recordAction<Action extends { type: string }>(
  action: Action,
  work: () => Promise<void>,
): Promise<ActionRecord<Action>> {
  const began = new Date().toISOString();
  const outcome = await work().then(
    () => 'done',
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
  return { began, ended: new Date().toISOString(), action, outcome };
}

/** Whether an action of one of these types was recorded that passes a test; without one, whether any was. */
export function hasAction(
  records: readonly ActionRecord[],
  types: readonly string[],
  test: (record: ActionRecord) => boolean = () => true,
): boolean {
  return records.some((record) => types.includes(record.action.type) && test(record));
}

/** Calls the server, and tries again while it is away: it may be killed at any time. */
export async function retryWhileAway<T>(work: () => Promise<T>): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!causes(error).some(isUnavailable) || Date.now() > end) throw error;
      await sleep(300);
    }
  }
}

/** Something that cannot be read, and why. */
export interface Unreadable {
  unreadable: string;
}

/** Reads something, or says why it cannot be read: what is missing is evidence, and no reason to judge nothing. */
export async function readOrReason<T>(read: () => Promise<T>): Promise<T | Unreadable> {
  try {
    return await retryWhileAway(read);
  } catch (error) {
    return { unreadable: causes(error).map(String).join(', because of ') };
  }
}

export function isUnreadable(it: object): it is Unreadable {
  return 'unreadable' in it;
}

/** An error and what it came of, outermost first. */
function causes(error: unknown): unknown[] {
  const found: unknown[] = [];
  for (let it = error; it !== undefined && !found.includes(it);) {
    found.push(it);
    it = it instanceof Error ? it.cause : undefined;
  }
  return found;
}
