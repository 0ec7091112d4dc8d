import { IdentityCenterError } from '../client';
import { EXIT } from './exit-codes';

/** Thrown where the arguments are wrong, or do not fit what is there. */
export class UsageError extends IdentityCenterError {
  override readonly name = 'UsageError';
  readonly category = 'usage';
}

/** Thrown where whoever was asked on the terminal did not say yes. */
export class DeclinedError extends IdentityCenterError {
  override readonly name = 'DeclinedError';
  readonly category = 'cancelled';
}

/** Chooses the exit code for an error. One that nobody throws on purpose says nothing of any run. */
export function exitCodeForError(error: unknown): number {
  return error instanceof IdentityCenterError ? EXIT[error.category] : EXIT.broken;
}

/** Makes an error of whatever was thrown, with words for people where it has none. */
export function readableError(error: unknown): Error {
  const thrown = error instanceof Error ? error : new Error(String(error));
  // Some have no message, such as Node's for several addresses that all refused.
  if (thrown.message === '') thrown.message = (thrown as NodeJS.ErrnoException).code ?? thrown.name;
  return thrown;
}
