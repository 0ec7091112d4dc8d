import { FAILURES } from '../../contract';
import { classify } from './classify';

/** Whether new credentials may help where a call failed so. */
export function wantsFreshCredentials(thrown: unknown): boolean {
  return FAILURES[classify(thrown).situation].retry === 'freshCredentials';
}
