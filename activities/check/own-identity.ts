import type { Check } from '../../contract';
import type { AwsAccess } from '../aws/account';
import { look } from './look';

const ANSWER_MS = 8_000;

/** Asks AWS, within 8 s, who the worker itself is: without credentials that work it can serve no run. */
export async function checkOwnIdentity({ ownArn }: Pick<AwsAccess, 'ownArn'>): Promise<Check> {
  return look('AWS identity', () => ownArn(AbortSignal.timeout(ANSWER_MS)), 'GetCallerIdentity');
}
