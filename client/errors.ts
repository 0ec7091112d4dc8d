import { describeProblems, IdentityCenterError, type Problem } from '../contract';

export { IdentityCenterError, type ErrorCategory } from '../contract';

/** Thrown where a request is not valid, before anything is sent. */
export class InvalidRequestError extends IdentityCenterError {
  override readonly name = 'InvalidRequestError';
  readonly category = 'usage';

  constructor(readonly problems: readonly Problem[]) {
    super(`The request is not valid. ${describeProblems(problems)}`);
  }
}

/** Thrown where a setting of how Temporal is reached is wrong, before anything is connected to. */
export class TemporalSettingsError extends IdentityCenterError {
  override readonly name = 'TemporalSettingsError';
  readonly category = 'usage';

  /** @param setting the variable, or the key of a profile with its file: `profile.default.tls.client_cert_path in temporal.toml` */
  constructor(
    readonly setting: string,
    problem: string,
  ) {
    super(`${setting}: ${problem}. Correct it, or take it out.`);
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
