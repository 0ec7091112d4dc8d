/**
 * Who made an instance, as far as AWS's own answers show it: `thisRun` is what the look before the run's first CreateInstance
 * did not show; `earlierRun` what it did. `unknown`: a call may have left before the look. `adopted`: not made for this
 * workflow ID and this Region, and taken over as the request says.
 */
export type Origin = 'thisRun' | 'earlierRun' | 'unknown' | 'adopted';

/** Knows what the account had before the run's first CreateInstance, and so what the run has made. */
export class Origins {
  private shown: readonly string[] | undefined;
  /** A call may have left before the look. */
  private isLate = false;

  /** ARNs; `undefined` before the look. */
  get existedBefore(): readonly string[] | undefined {
    return this.shown;
  }

  looked(existedBefore: readonly string[]): void {
    this.shown ??= existedBefore;
  }

  /** A call may have left, and nobody can tell what was there before it. */
  mayHaveSent(): void {
    if (this.shown === undefined) this.isLate = true;
  }

  of(instanceArn: string): Origin {
    if (this.shown === undefined) return 'unknown';
    if (!this.shown.includes(instanceArn)) return 'thisRun';
    return this.isLate ? 'unknown' : 'earlierRun';
  }
}
