import { z } from 'zod';
import { readBy, type ReadRequest } from './validation';

/** Workflow type that has a worker say who and what it is to AWS; it writes nothing there. Started by `doctor`. */
export const CHECK_WORKFLOW = 'checkIdentityCenter';

/**
 * Workflow type that a new version of the workers has to complete before it is given runs, as the gate of a roll-out: it looks
 * whether this version can serve, and writes nothing to AWS. It takes the argument of {@link CHECK_WORKFLOW}, or none.
 */
export const SELF_CHECK_WORKFLOW = 'identityCenterSelfCheck';

/** Failure type of a self-check that has found something wrong; its details are {@link WorkerChecks}. */
export const SELF_CHECK_FAILED = 'SelfCheckFailed';

/** What the check of a worker's own clock is called. */
export const WORKER_CLOCK_CHECK = 'worker clock';

/** One thing that runs need. */
export interface Check {
  check: string;
  ok: boolean;
  found: string;
  /** What to do where it failed; where it did not, advice. */
  remedy?: string;
}

/** What a worker says of itself. */
export interface WorkerChecks {
  /** Its process and host, as Temporal lists it; absent where its activity did not come back. */
  worker?: string;
  checks: Check[];
}

/** The argument of {@link CHECK_WORKFLOW}. */
export interface CheckRequest {
  /** An account to look into; default: none. */
  accountId?: string;
}

/** Reads the argument of {@link CHECK_WORKFLOW}. */
export function readCheckRequest(input: unknown): ReadRequest<CheckRequest> {
  return readBy(checkSchema, input);
}

const checkSchema = z.strictObject({
  accountId: z
    .string()
    .regex(/^\d{12}$/, 'must be an AWS account ID: 12 digits')
    .exactOptional(),
});
