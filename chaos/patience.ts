/** How long is waited for ends that do not come: on a busy machine they come late, and one after the other. */
export class Patience {
  private until: number;

  /**
   * @param firstMs milliseconds in which ends may come in any case
   * @param stillMs milliseconds without an end, after which none is waited for any more
   */
  constructor(
    firstMs: number,
    private readonly stillMs: number,
  ) {
    this.until = Date.now() + firstMs + stillMs;
  }

  get isOver(): boolean {
    return Date.now() > this.until;
  }

  /** Something has ended: the rest may as well. */
  renew(): void {
    this.until = Math.max(this.until, Date.now() + this.stillMs);
  }
}
