import { fleetOfPage, type CallCounts, type CallsNews } from '../../contract';

/** Calls are told once they are older than this share of the time since the first, within these bounds. */
const SOONEST_MS = 250;
const LATEST_MS = 10_000;
const SHARE = 1 / 50;
const FORGOTTEN_AFTER_MS = 600_000;

interface Count extends CallCounts {
  fleetId: string;
  /** The time of the first call for the fleet. */
  since: number;
  toldAt: number;
}

/** Counts the calls for the accounts of fleets, until somebody tells the fleets. */
export class CallMeter {
  private readonly counts = new Map<string, Count>();

  /** @param now milliseconds on a clock that never jumps */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * Counts calls.
   *
   * @param page the workflow ID of a page of a fleet, or the beginning that all its pages have
   */
  count(page: string, { sent, throttled }: CallCounts): void {
    const { fleetId, pageIdPrefix } = fleetOfPage(page);
    const now = this.now();
    const none: Count = { fleetId, sent: 0, throttled: 0, since: now, toldAt: now };
    const count = this.counts.get(pageIdPrefix) ?? none;
    count.sent += sent;
    count.throttled += throttled;
    this.counts.set(pageIdPrefix, count);
  }

  /** Takes what is to be told now; from then on it counts as told. */
  take(): { fleetId: string; news: CallsNews }[] {
    const now = this.now();
    return [...this.counts].flatMap(([pageIdPrefix, count]) => {
      const { fleetId, sent, throttled, since, toldAt } = count;
      const age = now - toldAt;
      if (sent === 0 && age > FORGOTTEN_AFTER_MS) this.counts.delete(pageIdPrefix);
      if (sent === 0 || age < Math.min(LATEST_MS, Math.max(SOONEST_MS, (now - since) * SHARE))) return [];
      this.counts.set(pageIdPrefix, { ...count, sent: 0, throttled: 0, toldAt: now });
      return [{ fleetId, news: { pageIdPrefix, sent, throttled } }];
    });
  }
}
