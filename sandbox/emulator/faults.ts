import { z } from 'zod';

const count = z.number().int().min(0);
const milliseconds = z.number().min(0);
const MOST_OFFSET_MS = 366 * 24 * 60 * 60_000;

/** What goes wrong, from now on. Durations are in milliseconds. */
export const faultsSchema = z.strictObject({
  /** Only for these accounts; their fields go before those that are for all. */
  accounts: z.array(z.string().regex(/^\d{12}$/)).optional(),
  /** A token bucket over the calls to services that this counts for: past it, `Rate exceeded`. */
  throttle: z.strictObject({ ratePerSecond: z.number().min(0), burst: z.number().min(0) }).optional(),
  /**
   * Fails the next `times` calls of an operation, before anything is done. `error` is an AWS error code, or trouble on the
   * way: `html503`, `empty500`, `reset`, `garbage`, `hang`; `halfResponse` does the operation and cuts its answer.
   */
  failNext: z
    .array(
      z.strictObject({
        operation: z.string(),
        error: z.string(),
        message: z.string().optional(),
        status: z.number().int().min(200).max(599).optional(),
        retryAfterSeconds: count.optional(),
        times: count,
      }),
    )
    .optional(),
  /** Does the operation, then drops the connection in place of the answer. */
  loseResponse: z.strictObject({ operation: z.string(), times: count }).optional(),
  /** Does the operation, then never answers. */
  hangAfterWrite: z.strictObject({ operation: z.string(), times: count }).optional(),
  /** Never answers, and does the operation `delayMs` later. */
  lateWrite: z.strictObject({ operation: z.string(), delayMs: milliseconds, times: count }).optional(),
  /** Each call is carried out this much later. */
  latencyMs: milliseconds.optional(),
  /** How long CREATE_IN_PROGRESS takes; default 1000. */
  creationMs: milliseconds.optional(),
  /** How long DELETE_IN_PROGRESS takes; default 500. */
  deletionMs: milliseconds.optional(),
  /** Instances made from now on end as CREATE_FAILED, with this StatusReason. */
  createFails: z.string().optional(),
  /** Share of the calls, 0 to 1, that are answered with InternalServerException and not carried out. */
  errorRate: z.number().min(0).max(1).optional(),
  /** What AWS answers where an instance exists already; nobody knows. Default ConflictException. */
  existsError: z
    .enum([
      'ConflictException',
      'ServiceQuotaExceededException',
      'ValidationException',
      'AccessDeniedException',
    ])
    .optional(),
  /** An account may have instances beside the first, which AWS does not say ever to happen. */
  secondInstance: z.boolean().optional(),
  /** From the account's first call on, STS refuses its role for so long. */
  notReadyForMs: milliseconds.optional(),
  /** How long a ClientToken is remembered; nobody knows. Default: for ever. */
  tokenTtlMs: milliseconds.optional(),
  /** What the token of a deleted instance leads to; nobody knows. Default `sameArn`. */
  deletedToken: z
    .enum([
      'sameArn',
      'newInstance',
      'ConflictException',
      'ValidationException',
      'IdempotentParameterMismatch',
    ])
    .optional(),
  /** What AWS answers for an instance that is gone, or never was; others are guessed. Default AccessDeniedException. */
  goneError: z.enum(['AccessDeniedException', 'ResourceNotFoundException']).optional(),
  /** How long the credentials that AssumeRole issues are taken, whatever it says of them. */
  credentialsTtlMs: milliseconds.optional(),
  /** How far AWS's clock is ahead of this machine's; less than 0: behind. */
  clockOffsetMs: z.number().int().min(-MOST_OFFSET_MS).max(MOST_OFFSET_MS).optional(),
  /** How far the time of a signature may be off AWS's clock, to either side; default five minutes. */
  maxSkewMs: milliseconds.optional(),
  /** The account also sees the organization instance, which is the management account's. */
  organizationInstance: z.boolean().optional(),
  /** The organization does not allow its members to create instances. */
  organizationForbids: z.boolean().optional(),
  /** How long a second of SQS takes, as visibility time-outs and long polls count; default 1000. */
  queueSecondMs: z.number().min(1).optional(),
  /** Share of the receives, 0 to 1, after which a message of a standard queue may be received again at once. */
  duplicateMessages: z.number().min(0).max(1).optional(),
  /** Share of the deletes, 0 to 1, that are answered well and delete nothing. */
  ignoredDeletes: z.number().min(0).max(1).optional(),
});

export type Faults = z.infer<typeof faultsSchema>;
type NextFailure = NonNullable<Faults['failNext']>[number];

interface Scope {
  faults: Faults;
  bucket: { tokens: number; at: number };
}

/** The faults in force, for all accounts and per account. */
export class FaultPlan {
  private readonly scopes = new Map<string, Scope>();
  private readonly firstCalls = new Map<string, number>();

  /** @throws ZodError naming the fields that are wrong */
  set(input: unknown): void {
    const faults = faultsSchema.parse(input);
    const { accounts = [EVERYBODY] } = faults;
    for (const account of accounts) {
      // Counters run down per scope: a scope of its own for each account.
      this.scopes.set(account, {
        faults: structuredClone(faults),
        bucket: { tokens: faults.throttle?.burst ?? 0, at: Date.now() },
      });
    }
  }

  /**
   * Lists what is set, each as it could be set again: first what is for all, then what accounts have of their own. What runs
   * down, such as `times`, is what is left of it.
   */
  list(): Faults[] {
    const forAll = this.scopes.get(EVERYBODY)?.faults;
    const own = [...this.scopes].filter(([account]) => account !== EVERYBODY);
    const all = [
      ...(forAll === undefined ? [] : [forAll]),
      ...own.map(([account, { faults }]) => ({ ...faults, accounts: [account] })),
    ];
    return structuredClone(all.filter((faults) => Object.keys(faults).some((field) => field !== 'accounts')));
  }

  clear(): void {
    this.scopes.clear();
    this.firstCalls.clear();
  }

  /** A field as it stands for an account. */
  get<K extends keyof Faults>(account: string, field: K): Faults[K] {
    return this.scopes.get(account)?.faults[field] ?? this.scopes.get(EVERYBODY)?.faults[field];
  }

  /** AWS's clock, in milliseconds since the epoch, as an account sees it. */
  now(account = EVERYBODY): number {
    return Date.now() + (this.get(account, 'clockOffsetMs') ?? 0);
  }

  /** The failure that the next call of an operation is to meet; counts it. */
  takeFailure(account: string, operation: string): NextFailure | undefined {
    const failure = this.get(account, 'failNext')?.find((it) => it.operation === operation && it.times > 0);
    if (failure !== undefined) failure.times -= 1;
    return failure;
  }

  /** Whether the answer of a call is to be lost, or never given; counts it. */
  takeLoss(account: string, operation: string): 'lost' | 'hang' | undefined {
    for (const [field, loss] of [
      ['loseResponse', 'lost'],
      ['hangAfterWrite', 'hang'],
    ] as const) {
      const fault = this.get(account, field);
      if (fault?.operation !== operation || fault.times === 0) continue;
      fault.times -= 1;
      return loss;
    }
    return undefined;
  }

  /** By how much the next call of an operation is carried out too late for its answer; counts it. */
  takeDelay(account: string, operation: string): number | undefined {
    const late = this.get(account, 'lateWrite');
    if (late?.operation !== operation || late.times === 0) return undefined;
    late.times -= 1;
    return late.delayMs;
  }

  /** Whether a call is over the rate; counts it. */
  isThrottled(account: string): boolean {
    return [account, EVERYBODY].some((name) => {
      const scope = this.scopes.get(name);
      return scope?.faults.throttle !== undefined && !takeToken(scope.bucket, scope.faults.throttle);
    });
  }

  /** Whether STS hands out the account's role; counts the time from the first question on. */
  isReady(account: string): boolean {
    const notReadyForMs = this.get(account, 'notReadyForMs');
    if (notReadyForMs === undefined) return true;
    const first = this.firstCalls.get(account) ?? Date.now();
    this.firstCalls.set(account, first);
    return Date.now() - first >= notReadyForMs;
  }
}

const EVERYBODY = '*';

function takeToken(
  bucket: Scope['bucket'],
  { ratePerSecond, burst }: { ratePerSecond: number; burst: number },
): boolean {
  const now = Date.now();
  bucket.tokens = Math.min(Math.max(burst, 1), bucket.tokens + ((now - bucket.at) / 1000) * ratePerSecond);
  bucket.at = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}
