/**
 * What an error asks for: another request (`usage`), a look at what failed (`failed`), nothing, as a person wanted it so
 * (`cancelled`), more patience or a person's word, as what was waited for goes on (`running`), or a server or a worker that
 * answers (`unreachable`). The exit code of the command follows from it.
 */
export type ErrorCategory = 'usage' | 'failed' | 'cancelled' | 'running' | 'unreachable';

/** The base of every error that this package throws on purpose; its message says what to do next. */
export abstract class IdentityCenterError extends Error {
  abstract readonly category: ErrorCategory;
}
