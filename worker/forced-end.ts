import { IllegalStateError } from '@temporalio/common';
import { GracefulShutdownPeriodExpiredError } from '@temporalio/worker';

/**
 * Tells whether a worker that was told to end was ended by force, as its calls took longer than they may. What the SDK then
 * leaves behind makes its own clean-up fail, whose error takes the place of the one that says so (SDK 1.24.0).
 */
export function isEndedByForce(error: unknown): boolean {
  if (error instanceof GracefulShutdownPeriodExpiredError) return true;
  // One that comes from a worker thread is of that thread's class.
  return error instanceof Error && error.name === IllegalStateError.name;
}
