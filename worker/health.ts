/** After so long without an answer of the server, a worker that serves is not taken for ready. */
const ANSWERED_WITHIN_MS = 30_000;

/** Whether a worker does its work, as those want to know who run it. */
export class Health {
  private state: 'starting' | 'serving' | 'interrupted' | 'ending' = 'starting';
  private answeredAt = -Infinity;

  /** @param now milliseconds on a clock that never jumps */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** The worker polls its task queue. */
  serving(): void {
    this.enter('serving');
    this.answered();
  }

  /** The worker does not serve just now, and tries again. */
  interrupted(): void {
    this.enter('interrupted');
  }

  /** The worker takes nothing new, and ends. */
  ending(): void {
    this.enter('ending');
  }

  /** The Temporal server has answered. */
  answered(): void {
    this.answeredAt = this.now();
  }

  /** Why the worker is not ready, in words; `undefined`: it is. */
  get notReady(): string | undefined {
    if (this.state === 'serving') {
      const silentMs = this.now() - this.answeredAt;
      return silentMs < ANSWERED_WITHIN_MS
        ? undefined
        : `the Temporal server has not answered for ${Math.round(silentMs / 1_000)} s`;
    }
    return WHY_NOT[this.state];
  }

  private enter(state: typeof this.state): void {
    // Whatever becomes of the server meanwhile.
    if (this.state !== 'ending') this.state = state;
  }
}

const WHY_NOT = {
  starting: 'the worker starts',
  interrupted: 'the worker does not serve, as its log says why, and tries again',
  ending: 'the worker ends',
} as const;
