/** A Temporal server was started and did not come up; the message ends with what it wrote. */
export class TemporalServerStartError extends Error {
  override readonly name = 'TemporalServerStartError';

  constructor(
    reason: string,
    /** The first and last lines that the server wrote. */
    readonly output: readonly string[],
  ) {
    super([`The Temporal server ${reason}.`, ...output].join('\n'));
  }
}
