/** A worker polls anew every minute at the latest; the server remembers one that is gone for five. */
const POLLS_WITHIN_MS = 70_000;

/** A worker as the description of a task queue has it. */
interface Poller {
  lastAccessTime?: { seconds?: { toString(): string } | null } | null;
}

/** Counts the workers that poll a task queue now. */
export function countAlive(pollers: readonly Poller[]): number {
  const since = Date.now() - POLLS_WITHIN_MS;
  return pollers.filter(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000 > since).length;
}
