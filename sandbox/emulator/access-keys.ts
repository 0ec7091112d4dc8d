import { randomBytes } from 'node:crypto';
import { header, type AwsRequest } from './protocols';
import type { Caller } from './service';

export const MANAGEMENT_ACCOUNT_ID = '999999999999';

const CREDENTIAL = /Credential=([^/,\s]+)\/\d+\/([a-z0-9-]+)\/[a-z0-9-]+\/aws4_request/;

interface AccessKey {
  account: string;
  arn: string;
  expiresAt: number;
}

/** The access keys that were issued, and whom each belongs to. */
export class AccessKeys {
  private readonly keys = new Map<string, AccessKey>();

  /** Issues a key; answers with its ID. */
  issue(account: string, arn: string, ttlMs: number): string {
    const accessKeyId = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`;
    this.keys.set(accessKeyId, { account, arn, expiresAt: Date.now() + ttlMs });
    return accessKeyId;
  }

  /**
   * Reads who sent a request from its signature: the account whose role the key was issued for; with any other key it is the
   * management account. Answers with nothing where the request is not signed.
   */
  caller(request: AwsRequest): (Caller & { expired: boolean }) | undefined {
    const [, accessKeyId, region] = CREDENTIAL.exec(header(request, 'authorization') ?? '') ?? [];
    if (accessKeyId === undefined || region === undefined) return undefined;
    const { account, arn, expiresAt } = this.keys.get(accessKeyId) ?? MANAGEMENT_KEY;
    return { account, arn, region, expired: Date.now() >= expiresAt };
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
