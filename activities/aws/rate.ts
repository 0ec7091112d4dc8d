/** How a rate that AWS does not tell is looked for; rates in calls per second, times in milliseconds. */
const START = 50;
const LEAST = 0.5;
/** What is kept of the rate that AWS took last, and so by how much a climb begins under it. */
const KEPT = 0.85;
/** The least that is kept where what AWS took says otherwise, as after a moment without answers. */
const DEEPEST = 0.6;
/** A climb is back at AWS's rate after this time, or this many calls where that takes longer, and only then probes. */
const CLIMB_MS = 15_000;
const CLIMB_CALLS = 300;
/** What AWS took is counted over this time. */
const WINDOW_MS = 1_000;
/** Two accounts throttled within this time share a limit; one alone has met its own, which is no other account's affair. */
const SHARED_WITHIN_MS = 10_000;

/**
 * Finds the rate that AWS takes from all accounts together. It starts at 50 calls/s and doubles with each second of use, so
 * that a worker full of activities is not refused all at once. A throttled call cuts it to just under what AWS took, from
 * where it climbs as TCP's CUBIC does: fast to that mark, flat around it, then ever faster.
 *
 * We keep our own limiter, as AWS throttles a fleet four times as often with the SDK's DefaultRateLimiter: 2,000 calls to an AWS that takes 20 a
 * second, or 100, take 1.00 to 1.14 times the least time with 0.5 to 1.3 % of them throttled, against 1.03 to 2.2 times and
 * 4.4 to 6.3 %. test/activities/aws/rate.test.ts measures both on a fake clock. With a ceiling that is AWS's own rate it is
 * 1.01 times, and none (pacer.test.ts); the SDK's has no ceiling, and takes one account's throttling for everybody's.
 */
export class AdaptiveRate {
  /** Calls per second that are never exceeded. */
  ceiling = Infinity;
  private rate = START;
  /** What AWS took when it throttled last. */
  private mark: number | undefined;
  private cutAt = -Infinity;
  /** How long the climb has been under way, time without use aside: it would prove nothing. */
  private climbedMs = 0;
  private usedAt = -Infinity;
  private taken: number[] = [];
  /** Since when answers have come without a pause. */
  private busySince = -Infinity;
  private answeredAt = -Infinity;
  private lastThrottled: { accountId: string; at: number } | undefined;

  /** @param isOfOneAccount all calls go to one account, whose limit is the only one */
  constructor(private readonly isOfOneAccount = false) {}

  get perSecond(): number {
    return Math.min(this.rate, this.ceiling);
  }

  /** Notes a call that had to wait for its turn. */
  use(now: number): void {
    // What the ceiling keeps back is not tried out.
    if (this.rate < this.ceiling) this.climbedMs += Math.min(now - this.usedAt, 1_000);
    this.usedAt = now;
    this.rate = Math.max(this.rate, this.climbed());
  }

  /** Notes what became of a call. */
  answered(call: { accountId: string; sentAt: number }, throttled: boolean, now: number): void {
    if (now - this.answeredAt > WINDOW_MS) this.busySince = now;
    this.answeredAt = now;
    if (!throttled) {
      this.taken = this.taken.filter((at) => at > now - WINDOW_MS);
      this.taken.push(now);
      return;
    }
    const { lastThrottled } = this;
    this.lastThrottled = { accountId: call.accountId, at: now };
    if (!this.isOfOneAccount) {
      if (lastThrottled === undefined || lastThrottled.accountId === call.accountId) return;
      if (now - lastThrottled.at > SHARED_WITHIN_MS) return;
    }
    // A call that was under way at the last cut says nothing about the rate since.
    if (call.sentAt <= this.cutAt) return;
    const { perSecond } = this;
    this.mark = Math.min(perSecond, Math.max(this.takenPerSecond(now), DEEPEST * perSecond, LEAST));
    this.rate = Math.max(LEAST, KEPT * this.mark);
    this.cutAt = now;
    this.climbedMs = 0;
  }

  private climbed(): number {
    if (this.mark === undefined) return START * 2 ** (this.climbedMs / 1_000);
    const climbMs = Math.max(CLIMB_MS, (CLIMB_CALLS / this.mark) * 1_000);
    return this.mark * (1 + (1 - KEPT) * (this.climbedMs / climbMs - 1) ** 3);
  }

  private takenPerSecond(now: number): number {
    const counted = this.taken.filter((at) => at > now - WINDOW_MS).length;
    return (counted * 1_000) / Math.min(WINDOW_MS, Math.max(now - this.busySince, WINDOW_MS / 4));
  }
}
