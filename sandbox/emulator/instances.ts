import { partition } from '@aws-sdk/core/client';
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { defined } from '../../contract';
import type { Journal } from './journal';

/** An instance as the emulator keeps it. Times are ISO 8601, by this machine's clock where nothing else is said. */
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
  /** The CreatedDate that AWS gives, by its own clock. */
  createdDateOfAws: string;
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

const keptSchema = z.object({
  instanceArn: z.string(),
  accountId: z.string(),
  region: z.string(),
  name: z.string().exactOptional(),
  tags: z.record(z.string(), z.string()),
  identityStoreId: z.string(),
  createdDate: z.string(),
  createdDateOfAws: z.string(),
  clientToken: z.string(),
  settledAt: z.number(),
  failure: z.string().exactOptional(),
  goneAt: z.number().exactOptional(),
});
type Kept = z.infer<typeof keptSchema>;

const tokenSchema = z.object({
  account: z.string(),
  token: z.string(),
  instanceArn: z.string(),
  parameters: z.string(),
  at: z.number(),
});
type KnownToken = z.infer<typeof tokenSchema>;

/** A line of the journal: what an instance, or a token, is from then on. */
const lineSchema = z.union([z.object({ instance: keptSchema }), z.object({ token: tokenSchema })]);

/**
 * The instances, and the tokens that they were made with. The life of an instance is read off the clock: nothing runs in
 * the background.
 */
export class InstanceStore {
  private readonly instances = new Map<string, Kept>();
  private readonly arnsOfAccounts = new Map<string, string[]>();
  private readonly tokens = new Map<string, KnownToken>();

  /** @param journal where they outlive this process; default: nowhere */
  constructor(private readonly journal?: Journal) {
    for (const line of journal?.read() ?? []) {
      const { data } = lineSchema.safeParse(line);
      if (data === undefined) continue;
      if ('instance' in data) this.keep(data.instance);
      else this.keepToken(data.token);
    }
    this.rewriteJournal();
  }

  /** Makes an instance, which is not ACTIVE before `creationMs` are over; answers with its ARN. */
  create(made: {
    account: string;
    region: string;
    name?: string | undefined;
    tags: Record<string, string>;
    token: string;
    /** By AWS's clock. */
    createdAt: number;
    creationMs: number;
    failure?: string | undefined;
  }): string {
    const now = Date.now();
    const instanceArn = `arn:${partition(made.region).name}:sso:::instance/ssoins-${randomBytes(8).toString('hex')}`;
    const instance: Kept = defined({
      instanceArn,
      accountId: made.account,
      region: made.region,
      name: made.name,
      tags: made.tags,
      identityStoreId: `d-${randomBytes(5).toString('hex')}`,
      createdDate: new Date(now).toISOString(),
      createdDateOfAws: new Date(made.createdAt).toISOString(),
      clientToken: made.token,
      settledAt: now + made.creationMs,
      failure: made.failure,
    });
    this.keep(instance);
    this.journal?.append({ instance });
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

  delete(instanceArn: string, deletionMs: number): void {
    this.edit(instanceArn, (kept) => {
      kept.goneAt ??= Date.now() + deletionMs;
    });
  }

  change(
    instanceArn: string,
    change: (instance: { name?: string; tags: Record<string, string> }) => void,
  ): void {
    this.edit(instanceArn, change);
  }

  token(account: string, token: string, ttlMs = Infinity): KnownToken | undefined {
    const known = this.tokens.get(`${account} ${token}`);
    return known !== undefined && Date.now() - known.at < ttlMs ? known : undefined;
  }

  rememberToken(account: string, token: string, instanceArn: string, parameters: string): void {
    const known = { account, token, instanceArn, parameters, at: Date.now() };
    this.keepToken(known);
    this.journal?.append({ token: known });
  }

  clear(): void {
    this.instances.clear();
    this.arnsOfAccounts.clear();
    this.tokens.clear();
    this.rewriteJournal();
  }

  private keep(instance: Kept): void {
    const { accountId, instanceArn } = instance;
    if (!this.instances.has(instanceArn)) {
      const arns = this.arnsOfAccounts.get(accountId);
      if (arns === undefined) this.arnsOfAccounts.set(accountId, [instanceArn]);
      else arns.push(instanceArn);
    }
    this.instances.set(instanceArn, instance);
  }

  private keepToken(known: KnownToken): void {
    this.tokens.set(`${known.account} ${known.token}`, known);
  }

  private edit(instanceArn: string, change: (kept: Kept) => void): void {
    const instance = this.instances.get(instanceArn);
    if (instance === undefined) return;
    change(instance);
    this.journal?.append({ instance });
  }

  /** Leaves out what later lines have changed. */
  private rewriteJournal(): void {
    this.journal?.rewrite([
      ...[...this.instances.values()].map((instance) => ({ instance })),
      ...[...this.tokens.values()].map((token) => ({ token })),
    ]);
  }
}

function show(kept: Kept): EmulatedInstance {
  const { settledAt, failure, goneAt, ...rest } = kept;
  const now = Date.now();
  return defined({
    ...rest,
    status: status(kept, now),
    statusReason: now >= settledAt ? failure : undefined,
    deletedDate: goneAt !== undefined && now >= goneAt ? new Date(goneAt).toISOString() : undefined,
  });
}

function status({ settledAt, failure, goneAt }: Kept, now: number): EmulatedInstance['status'] {
  if (goneAt !== undefined) return 'DELETE_IN_PROGRESS';
  if (now < settledAt) return 'CREATE_IN_PROGRESS';
  return failure === undefined ? 'ACTIVE' : 'CREATE_FAILED';
}
