import type { ActivitySlotInfo, CustomSlotSupplier, SlotPermit } from '@temporalio/worker';

/**
 * Gives the activities of a worker their slots.
 *
 * From 1.32 on, a server hands out an activity in its answer to the workflow task that asked for it, where the worker has a
 * slot (eager dispatch): that saves a poll and a transition, and passes by the rate of the task queue. So there are such
 * slots only while the worker knows that the queue has no rate. The SDK's own suppliers cannot be told so.
 */
export class ActivitySlots implements CustomSlotSupplier<ActivitySlotInfo> {
  readonly type = 'custom';
  private readonly waiting = new Set<() => void>();
  private eagerUntil = -Infinity;

  /**
   * @param free how many activities there may be at once
   * @param now milliseconds on a clock that never jumps
   */
  constructor(
    private free: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Allows eager dispatch until then, by the clock; not any more where that is past. */
  allowEager(until: number): void {
    this.eagerUntil = until;
  }

  /** Waits for a slot, for a poll. */
  async reserveSlot(_for: unknown, signal: AbortSignal): Promise<SlotPermit> {
    signal.throwIfAborted();
    if (this.take()) return {};
    return new Promise((resolve, reject) => {
      const given = () => {
        signal.removeEventListener('abort', giveUp);
        resolve({});
      };
      const giveUp = () => {
        this.waiting.delete(given);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.waiting.add(given);
    });
  }

  /** Finds a slot for eager dispatch. */
  tryReserveSlot(): SlotPermit | null {
    return this.now() < this.eagerUntil && this.take() ? {} : null;
  }

  markSlotUsed(): void {
    // It is taken from when it was reserved.
  }

  releaseSlot(): void {
    const [next] = this.waiting;
    if (next === undefined) {
      this.free += 1;
      return;
    }
    this.waiting.delete(next);
    next();
  }

  private take(): boolean {
    if (this.free === 0) return false;
    this.free -= 1;
    return true;
  }
}
