/** The part of a client of the SDK that its signer reads and corrects, in milliseconds. */
interface Signing {
  systemClockOffset: number;
}

/**
 * AWS's clock, as its answers tell it. The SDK learns from each answer how far the clock of the machine is off, but per
 * client, of which each service and Region has its own; so one clock is shared by all clients.
 */
export class AwsClock {
  private offsetMs = 0;
  private heardOffsetMs: number | undefined;

  /** @param machineNow milliseconds since the epoch, by the machine's clock */
  constructor(private readonly machineNow: () => number) {}

  /** Milliseconds since the epoch, by AWS's clock. Until its first answer that is the machine's. */
  now(): number {
    return this.machineNow() + this.offsetMs;
  }

  /** How far AWS's clock goes before the machine's, in milliseconds, give or take a second; `undefined` before any answer. */
  get aheadMs(): number | undefined {
    return this.heardOffsetMs;
  }

  /** Hears the date of an answer, whatever the answer: the SDK takes note of minutes only. */
  hear(date: string | undefined): void {
    const time = Date.parse(date ?? '');
    if (!Number.isNaN(time)) this.heardOffsetMs = time - this.machineNow();
  }

  /** Makes a client sign by this clock, and correct it for all others. */
  share(signing: Signing): void {
    Object.defineProperty(signing, 'systemClockOffset', {
      get: () => this.offsetMs,
      set: (offsetMs: number) => {
        this.offsetMs = offsetMs;
      },
      enumerable: true,
    });
  }
}
