import { DefaultFailureConverter } from '@temporalio/common';

/**
 * Puts what a failure says, and its stack, into a payload, so that codecs encode them as well: a message of AWS's names
 * accounts and roles. Temporal shows "Encoded failure" in their place to whoever has no codec.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
