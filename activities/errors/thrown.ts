/** The credentials belong to another account than the run's; nothing was sent. */
export class WrongAccountError extends Error {
  override readonly name = 'WrongAccountError';

  constructor(expected: string, actual: string | undefined) {
    super(`the credentials are those of ${actual ?? 'an unknown account'}, not of ${expected}`);
  }
}

/** The settings of the worker keep it out of an account; nothing was done there. */
export class AccountNotAllowedError extends Error {
  override readonly name = 'AccountNotAllowedError';
}

/** The time of the attempt was over before it came to send; nothing was sent. */
export class AttemptTooLateError extends Error {
  override readonly name = 'AttemptTooLateError';
}

/** AWS has no host for a call; nothing was sent. */
export class NoEndpointError extends Error {
  override readonly name = 'NoEndpointError';

  /** @param remedy the next step; default: that of the table of failures */
  constructor(
    message: string,
    readonly remedy?: string,
  ) {
    super(message);
  }
}

/** The worker does not get credentials of its own, whatever the cause; nothing was sent. */
export class OwnIdentityError extends Error {
  override readonly name = 'OwnIdentityError';

  constructor(override readonly cause: unknown) {
    super('the worker gets no credentials', { cause });
  }
}

/** The operation that a call fails in where the worker does not get the credentials of the account. */
export const SIGN_IN = 'AssumeRole';

/** A call to AWS that failed, whatever the cause. */
export class AwsCallError extends Error {
  override readonly name = 'AwsCallError';

  constructor(
    readonly operation: string,
    override readonly cause: unknown,
  ) {
    super(`${operation} failed`, { cause });
  }
}

/** Does what `instanceof` does, for anything that can be thrown: on a revoked proxy `instanceof` throws. */
export function isA<T>(thrown: unknown, type: abstract new (...args: never[]) => T): thrown is T {
  try {
    return thrown instanceof type;
  } catch {
    return false;
  }
}
