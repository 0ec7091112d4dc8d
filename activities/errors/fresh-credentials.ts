import { FAILURES } from '../../contract';
import { classify } from './classify';

/**
 * What AWS says of a key or a session that it does not know. It says so of a new account as well, so it does not only mean
 * the credentials; but of a role that was made anew, or keys that were deleted, only new ones help.
 */
const UNKNOWN_TO_AWS: readonly string[] = ['UnrecognizedClientException', 'InvalidClientTokenId'];

/** Whether new credentials may help where a call failed so. */
export function wantsFreshCredentials(thrown: unknown): boolean {
  const { situation, type } = classify(thrown);
  return FAILURES[situation].retry === 'freshCredentials' || UNKNOWN_TO_AWS.includes(type);
}
