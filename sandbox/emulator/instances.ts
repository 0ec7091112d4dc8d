import { randomBytes } from 'node:crypto';

export const MANAGEMENT_ACCOUNT_ID = '999999999999';

/** An instance as the emulator keeps it. Times are ISO 8601. */
export interface EmulatedInstance {
  instanceArn: string;
  accountId: string;
  region: string;
  status: 'CREATE_IN_PROGRESS' | 'CREATE_FAILED' | 'DELETE_IN_PROGRESS' | 'ACTIVE';
  statusReason?: string;
  name?: string;
  tags: Record<string, string>;
  identityStoreId: string;
  createdDate: string;
  /** The ClientToken that it was made with. */
  clientToken: string;
  /** When it was gone. */
  deletedDate?: string;
}

/** Which instances to list. */
export interface InstanceFilter {
  account?: string;
  /** Those that are gone as well. */
  deleted?: boolean;
}

interface Kept extends Omit<EmulatedInstance, 'status' | 'deletedDate' | 'statusReason'> {
  settledAt: number;
  failure?: string;
  goneAt?: number;
}

interface KnownToken {
  instanceArn: string;
  parameters: string;
  at: number;
}

interface AccessKey {
  account: string;
  arn: string;
  expiresAt: number;
}

/** Everything the emulator knows. The life of an instance is read off the clock; nothing runs in the background. */
export class Store {
  private readonly instances = new Map<string, Kept>();
  private readonly arnsOfAccounts = new Map<string, string[]>();
  private readonly tokens = new Map<string, KnownToken>();
  private readonly keys = new Map<string, AccessKey>();

  createInstance(made: {
    account: string;
    region: string;
    name?: string;
    tags: Record<string, string>;
    token: string;
    creationMs: number;
    failure?: string;
  }): string {
    const now = Date.now();
    const partition = made.region.startsWith('cn-')
      ? 'aws-cn'
      : made.region.startsWith('us-gov-')
        ? 'aws-us-gov'
        : 'aws';
    const instanceArn = `arn:${partition}:sso:::instance/ssoins-${randomBytes(8).toString('hex')}`;
    const arns = this.arnsOfAccounts.get(made.account);
    if (arns === undefined) this.arnsOfAccounts.set(made.account, [instanceArn]);
    else arns.push(instanceArn);
    this.instances.set(instanceArn, {
      instanceArn,
      accountId: made.account,
      region: made.region,
      ...(made.name !== undefined && { name: made.name }),
      tags: made.tags,
      identityStoreId: `d-${randomBytes(5).toString('hex')}`,
      createdDate: new Date(now).toISOString(),
      clientToken: made.token,
      settledAt: now + made.creationMs,
      ...(made.failure !== undefined && { failure: made.failure }),
    });
    return instanceArn;
  }

  /** An instance that exists, in whatever status. */
  find(instanceArn: string): EmulatedInstance | undefined {
    const kept = this.instances.get(instanceArn);
    const instance = kept && show(kept);
    return instance?.deletedDate === undefined ? instance : undefined;
  }

  /** The instances, of an account or of all, oldest first. */
  list({ account, deleted = false }: InstanceFilter = {}): EmulatedInstance[] {
    const kept =
      account === undefined
        ? [...this.instances.values()]
        : (this.arnsOfAccounts.get(account) ?? []).flatMap((arn) => this.instances.get(arn) ?? []);
    return kept.map(show).filter((it) => deleted || it.deletedDate === undefined);
  }

  ofAccount(account: string): EmulatedInstance | undefined {
    return this.list({ account })[0];
  }

  deleteInstance(instanceArn: string, deletionMs: number): void {
    const kept = this.instances.get(instanceArn);
    if (kept !== undefined) kept.goneAt ??= Date.now() + deletionMs;
  }

  change(
    instanceArn: string,
    change: (instance: { name?: string; tags: Record<string, string> }) => void,
  ): void {
    const kept = this.instances.get(instanceArn);
    if (kept !== undefined) change(kept);
  }

  token(account: string, token: string, ttlMs = Infinity): KnownToken | undefined {
    const known = this.tokens.get(`${account} ${token}`);
    return known !== undefined && Date.now() - known.at < ttlMs ? known : undefined;
  }

  rememberToken(account: string, token: string, instanceArn: string, parameters: string): void {
    this.tokens.set(`${account} ${token}`, { instanceArn, parameters, at: Date.now() });
  }

  issueKey(account: string, arn: string, ttlMs: number): string {
    const accessKeyId = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`;
    this.keys.set(accessKeyId, { account, arn, expiresAt: Date.now() + ttlMs });
    return accessKeyId;
  }

  /** Who calls with an access key: the account whose role it was issued for; anybody else is the management account. */
  caller(accessKeyId: string): AccessKey {
    const arn = `arn:aws:iam::${MANAGEMENT_ACCOUNT_ID}:user/emulator`;
    return this.keys.get(accessKeyId) ?? { account: MANAGEMENT_ACCOUNT_ID, arn, expiresAt: Infinity };
  }

  clear(): void {
    this.instances.clear();
    this.arnsOfAccounts.clear();
    this.tokens.clear();
    this.keys.clear();
  }
}

function show({ settledAt, failure, goneAt, ...kept }: Kept): EmulatedInstance {
  const now = Date.now();
  const settled = failure === undefined ? 'ACTIVE' : 'CREATE_FAILED';
  const status =
    goneAt !== undefined ? 'DELETE_IN_PROGRESS' : now < settledAt ? 'CREATE_IN_PROGRESS' : settled;
  return {
    ...kept,
    status,
    ...(failure !== undefined && now >= settledAt && { statusReason: failure }),
    ...(goneAt !== undefined && now >= goneAt && { deletedDate: new Date(goneAt).toISOString() }),
  };
}
