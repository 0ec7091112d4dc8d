import { randomBytes } from 'node:crypto';
import { defined } from '../../contract';
import { header, type AwsRequest } from './protocols';
import type { AllowsAction } from './session-policy';
import type { Caller } from './service';

export const MANAGEMENT_ACCOUNT_ID = '999999999999';

const CREDENTIAL = /Credential=([^/,\s]+)\/\d+\/([a-z0-9-]+)\/[a-z0-9-]+\/aws4_request/;
/** Begins every key that was issued here, so that one is told apart from a caller's own after it was forgotten. */
const ISSUED = 'ASIAEMU';

interface AccessKey {
  account: string;
  arn: string;
  /** By AWS's clock. */
  expiresAt: number;
  /** What a session policy leaves; absent: all. */
  allows?: AllowsAction;
}

/** Who sent a request. */
export interface KnownCaller extends Caller {
  /** By AWS's clock. */
  expiresAt: number;
  /** What a session policy leaves; absent: all. */
  allows?: AllowsAction;
  /** Whether its key is one that was issued and is not known any more. */
  isForgotten: boolean;
}

/** The access keys that were issued, and whom each belongs to. */
export class AccessKeys {
  private readonly keys = new Map<string, AccessKey>();

  /** Issues a key; answers with its ID. */
  issue(account: string, arn: string, expiresAt: number, allows?: AllowsAction): string {
    const accessKeyId = `${ISSUED}${randomBytes(7).toString('hex').slice(1).toUpperCase()}`;
    this.keys.set(accessKeyId, defined({ account, arn, expiresAt, allows }));
    return accessKeyId;
  }

  /**
   * Reads who sent a request from its signature: the account whose role the key was issued for; with any other key it is the
   * management account. Answers with nothing where the request is not signed.
   */
  caller(request: AwsRequest): KnownCaller | undefined {
    const [, accessKeyId, region] = CREDENTIAL.exec(header(request, 'authorization') ?? '') ?? [];
    if (accessKeyId === undefined || region === undefined) return undefined;
    const known = this.keys.get(accessKeyId);
    return {
      ...(known ?? MANAGEMENT_KEY),
      region,
      isForgotten: known === undefined && accessKeyId.startsWith(ISSUED),
    };
  }

  /** Forgets the keys of an account, or of all; answers with how many. Whoever uses one is told that it is not valid. */
  forget(account?: string): number {
    const forgotten = [...this.keys].filter(([, key]) => account === undefined || key.account === account);
    for (const [accessKeyId] of forgotten) this.keys.delete(accessKeyId);
    return forgotten.length;
  }

  /** The accounts that keys were issued for. */
  accounts(): string[] {
    return [...this.keys.values()].map(({ account }) => account);
  }

  clear(): void {
    this.keys.clear();
  }
}

const MANAGEMENT_KEY: AccessKey = {
  account: MANAGEMENT_ACCOUNT_ID,
  arn: `arn:aws:iam::${MANAGEMENT_ACCOUNT_ID}:user/emulator`,
  expiresAt: Infinity,
};
