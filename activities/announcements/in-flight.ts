/** So many attempts to tell one receiver are open at once in a worker: one that hangs leaves places to the others. */
export const MOST_AT_ONCE = 4;

/** An attempt that did not come to ask the receiver, as others have not been answered yet. */
export class ReceiverBusyError extends Error {
  override readonly name = 'ReceiverBusyError';

  /** @param lastWords why the latest attempt of this worker has failed; `undefined`: none has yet */
  constructor(lastWords: string | undefined) {
    super(lastWords ?? `it has not answered ${MOST_AT_ONCE} others yet that it is being told`);
  }
}

/** The attempts to tell receivers that are open in this worker. */
export class InFlight {
  private readonly open = new Map<string, number>();
  private readonly lastWords = new Map<string, string>();

  /** Takes a place for an attempt; answers with what gives it back. @throws ReceiverBusyError where all are taken */
  take(receiver: string): () => void {
    const count = this.open.get(receiver) ?? 0;
    if (count >= MOST_AT_ONCE) throw new ReceiverBusyError(this.lastWords.get(receiver));
    this.open.set(receiver, count + 1);
    return () => {
      this.open.set(receiver, (this.open.get(receiver) ?? 1) - 1);
    };
  }

  /** Notes what came of an attempt. @param why `undefined` where the receiver has taken what it was told */
  note(receiver: string, why?: string): void {
    if (why === undefined) this.lastWords.delete(receiver);
    else this.lastWords.set(receiver, why);
  }
}
