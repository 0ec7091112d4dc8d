/** So long nothing may end before whatever has not is given up: several lost attempts of 25 s each. */
const SETTLE_MS = 240_000;

/** How long runs are waited for: as long as some of them end, so that a busy machine is slow, and hides no run that hangs. */
export class Deadline {
  private at: number;

  /** @param lengthMs when the last fault comes */
  constructor(lengthMs: number) {
    this.at = Date.now() + lengthMs + SETTLE_MS;
  }

  get isOver(): boolean {
    return Date.now() >= this.at;
  }

  /** Called when something has ended. */
  extend(): void {
    this.at = Math.max(this.at, Date.now() + SETTLE_MS);
  }
}
