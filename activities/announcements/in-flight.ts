/** So many attempts to tell one receiver are open at once in a worker: whatever becomes of it, the other slots are left to runs. */
const MOST_AT_ONCE = 4;

/** The attempts to tell receivers that are open in this worker. */
export class InFlight {
  private readonly open = new Map<string, number>();

  /** Takes a place for an attempt; answers with what gives it back, or with nothing where all are taken. */
  take(receiver: string): (() => void) | undefined {
    const count = this.open.get(receiver) ?? 0;
    if (count >= MOST_AT_ONCE) return undefined;
    this.open.set(receiver, count + 1);
    return () => {
      this.open.set(receiver, (this.open.get(receiver) ?? 1) - 1);
    };
  }
}
