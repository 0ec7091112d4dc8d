import { IdentityCenterError, isUnavailable } from '../client';
import { EXIT } from './exit-codes';

/** Thrown where the arguments are wrong, or do not fit what is there. */
export class UsageError extends IdentityCenterError {
  override readonly name = 'UsageError';
  readonly category = 'usage';
}

/** Chooses the exit code for an error. */
export function exitCodeForError(error: unknown): number {
  if (error instanceof IdentityCenterError) return EXIT[error.category];
  return isUnavailable(error) ? EXIT.unreachable : EXIT.failed;
}

/** Makes an error of whatever was thrown, with words for people where it has none. */
export function readableError(error: unknown): Error {
  if (isUnavailable(error)) {
    const { message } = error as Error;
    return new Error(
      `The Temporal server does not answer any more (${message}). Runs go on by themselves: look again with "identity-center status".`,
    );
  }
  return error instanceof Error ? error : new Error(String(error));
}
