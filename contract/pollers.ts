/** A worker polls anew every minute at the latest; the server remembers one that is gone for five. */
const POLLS_WITHIN_MS = 70_000;

/** A worker as the description of a task queue has it. */
interface ListedPoller {
  identity?: string | null;
  lastAccessTime?: { seconds?: { toString(): string } | null } | null;
  deploymentOptions?: { deploymentName?: string | null; buildId?: string | null } | null;
}

/** A worker that polls a task queue, or has done so in the last five minutes. */
export interface Poller {
  /** Its process and host, unless whoever made it has named it. */
  identity: string;
  /** Milliseconds since the epoch, when it began the poll that it may still wait in. */
  lastPolledAt: number;
  /** Whether it polls now, for all that the server knows: one that was killed polls for up to 70 s after. */
  isAlive: boolean;
  /** Its Worker Deployment Version, `name.buildId`; absent where it says none. */
  version?: string;
}

/** Reads the workers of a task queue, the latest poll first. */
export function readPollers(listed: readonly ListedPoller[], now = Date.now()): Poller[] {
  return listed
    .map(({ identity, lastAccessTime, deploymentOptions }) => {
      const lastPolledAt = Number(lastAccessTime?.seconds ?? 0) * 1_000;
      const { deploymentName, buildId } = deploymentOptions ?? {};
      return {
        identity: identity ?? '',
        lastPolledAt,
        isAlive: lastPolledAt > now - POLLS_WITHIN_MS,
        ...(deploymentName && buildId && { version: `${deploymentName}.${buildId}` }),
      };
    })
    .sort((one, other) => other.lastPolledAt - one.lastPolledAt);
}

/** Counts the workers that poll a task queue now. */
export function countAlive(listed: readonly ListedPoller[]): number {
  return readPollers(listed).filter(({ isAlive }) => isAlive).length;
}
