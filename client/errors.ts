import { describeProblems, oneLine, type Problem } from '../contract';

/**
 * What an error asks for: another request (`usage`), a look at what failed (`failed`), nothing, as a person wanted it so
 * (`cancelled`), or a server or a worker that answers (`unreachable`). The exit code of the command follows from it.
 */
export type ErrorCategory = 'usage' | 'failed' | 'cancelled' | 'unreachable';

/** The base of every error that this package throws on purpose; its message says what to do next. */
export abstract class IdentityCenterError extends Error {
  abstract readonly category: ErrorCategory;
}

/** Thrown where a request is not valid, before anything is sent. */
export class InvalidRequestError extends IdentityCenterError {
  override readonly name = 'InvalidRequestError';
  readonly category = 'usage';

  constructor(readonly problems: readonly Problem[]) {
    super(`The request is not valid. ${describeProblems(problems)}`);
  }
}

/** Thrown where no Temporal server answers while the client connects. */
export class TemporalUnreachableError extends IdentityCenterError {
  override readonly name = 'TemporalUnreachableError';
  readonly category = 'unreachable';

  constructor(
    readonly address: string,
    override readonly cause: unknown,
  ) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `No Temporal server answers at ${address} (${oneLine(reason, 200)}). ` +
        'Start one with "identity-center up", or set TEMPORAL_ADDRESS (and TEMPORAL_NAMESPACE, TEMPORAL_PROFILE) to yours.',
      { cause },
    );
  }
}

/** Thrown where no worker polls the task queue, so that nothing would come of what was asked; nothing was started. */
export class NoPollerError extends IdentityCenterError {
  override readonly name = 'NoPollerError';
  readonly category = 'unreachable';

  constructor(readonly taskQueue: string) {
    super(
      `No worker polls task queue ${taskQueue}. Start one with "identity-center worker" (IDENTITY_CENTER_TASK_QUEUE names the queue), then try again.`,
    );
  }
}
