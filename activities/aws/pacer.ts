import { AdaptiveRate } from './rate';

/** Delays of timers up to this long, as on a busy machine, are made up for. */
const SLACK_MS = 100;
/** The longest time that a call is sent away for: the rate may rise meanwhile. */
const LONGEST_AWAY_MS = 120_000;
/** Calls per second. A ceiling of 0 would keep every call waiting for ever. */
const LOWEST_CEILING = 0.01;

/** The wait for a turn would be too long. */
export class PacerBusyError extends Error {
  override readonly name = 'PacerBusyError';

  /**
   * @param ahead calls whose turn comes first
   * @param waitMs milliseconds until they have had it
   */
  constructor(
    readonly ahead: number,
    readonly waitMs: number,
  ) {
    super(`${ahead} calls are ahead`);
  }
}

/** A call that may be sent. */
export interface Turn {
  readonly accountId: string;
  readonly sentAt: number;
}

interface Waiter {
  accountId: string;
  since: number;
  go(turn: Turn): void;
}

/**
 * Gives the calls of all accounts their turns, first come, first served: at the rate that AWS takes, as its throttling
 * tells, and never over the ceiling.
 */
export class Pacer {
  private readonly adaptive: AdaptiveRate;
  private readonly waiters = new Set<Waiter>();
  private timer: NodeJS.Timeout | undefined;
  private freeAt = -Infinity;
  /** Calls that were sent away and are not back, less what the rate has let pass since. */
  private away = { calls: 0, at: 0 };
  private sentAwayCount = 0;

  /**
   * @param ceiling calls per second; `undefined`: none
   * @param now milliseconds on a clock that never jumps
   * @param isOfOneAccount all calls go to one account, whose limit is the only one
   */
  constructor(
    ceiling: number | undefined,
    private readonly now: () => number = () => performance.now(),
    isOfOneAccount = false,
  ) {
    this.adaptive = new AdaptiveRate(isOfOneAccount);
    this.setCeiling(ceiling);
  }

  /** Sets the ceiling in calls per second, for those that wait already as well. */
  setCeiling(callsPerSecond: number | undefined): void {
    this.adaptive.ceiling = Math.max(LOWEST_CEILING, callsPerSecond ?? Infinity);
    this.serve();
  }

  /** Calls per second, now. */
  get rate(): number {
    return this.adaptive.perSecond;
  }

  /** Calls per second that are never exceeded; `Infinity`: nobody has set any. */
  get ceiling(): number {
    return this.adaptive.ceiling;
  }

  /** How many calls wait for their turn, now. */
  get waiting(): number {
    return this.waiters.size;
  }

  /** How many calls were sent away since the beginning, as too many were ahead of them. */
  get sentAway(): number {
    return this.sentAwayCount;
  }

  /**
   * Waits for the turn of a call; rejects with the signal's reason when that ends.
   *
   * @throws PacerBusyError at once, where the wait would take longer than `longestWaitMs`
   */
  async turn(accountId: string, longestWaitMs: number, signal: AbortSignal): Promise<Turn> {
    signal.throwIfAborted();
    const now = this.now();
    const queueMs = Math.max(0, this.freeAt - now) + (this.waiters.size * 1_000) / this.rate;
    if (queueMs > longestWaitMs) throw this.sendAway(now);
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.waiters.delete(waiter);
        this.serve();
        reject(signal.reason as Error);
      };
      const go = (turn: Turn) => {
        signal.removeEventListener('abort', onAbort);
        resolve(turn);
      };
      const waiter: Waiter = { accountId, since: now, go };
      signal.addEventListener('abort', onAbort, { once: true });
      this.waiters.add(waiter);
      if (this.timer === undefined) this.serve();
    });
  }

  /** Learns from what became of a call that had its turn. */
  answered(turn: Turn, throttled: boolean): void {
    this.adaptive.answered(turn, throttled, this.now());
  }

  private serve(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const waiter of this.waiters) {
      const now = this.now();
      // Not later than the rate says now: it may have risen since the last call.
      this.freeAt = Math.max(now - SLACK_MS, Math.min(this.freeAt, now + 1_000 / this.rate));
      if (this.freeAt > now) {
        this.timer = setTimeout(
          () => {
            this.serve();
          },
          Math.ceil(this.freeAt - now),
        );
        return;
      }
      this.waiters.delete(waiter);
      if (waiter.since < now) this.adaptive.use(now);
      this.freeAt += 1_000 / this.rate;
      waiter.go({ accountId: waiter.accountId, sentAt: now });
    }
  }

  /** Sends a call away until the others that were sent away have had their turns, so that they do not all come back at once. */
  private sendAway(now: number): PacerBusyError {
    const passed = ((now - this.away.at) / 1_000) * this.rate;
    this.away = { calls: Math.max(0, this.away.calls - passed) + 1, at: now };
    this.sentAwayCount += 1;
    const ahead = this.waiters.size + Math.floor(this.away.calls);
    return new PacerBusyError(ahead, Math.min(LONGEST_AWAY_MS, (ahead * 1_000) / this.rate));
  }
}
