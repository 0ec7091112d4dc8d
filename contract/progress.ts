/** Where a run stands. The last three are ends. */
export type Stage =
  | 'creating'
  | 'waitingForActive'
  | 'reconciling'
  | 'held'
  | 'rollingBack'
  | 'active'
  | 'failed'
  | 'cancelled';

/** How an instance came to be ACTIVE: made by this run, by an earlier run of the account, or by somebody else. */
export type Outcome = 'created' | 'alreadyProvisioned' | 'adopted';

/** What a successful run returns. */
export interface ProvisionResult {
  accountId: string;
  /** The Region the instance lives in. */
  region: string;
  instanceArn: string;
  identityStoreId: string;
  status: 'ACTIVE';
  outcome: Outcome;
  /** The ClientToken of the last CreateInstance call. */
  clientToken: string;
  generation: number;
}

/** A failure as people and pipelines read it. */
export interface ProgressFailure {
  /** The AWS error name, or one of our own failure types. */
  type: string;
  message: string;
  awsRequestId?: string;
  /** The next step. */
  remedy?: string;
}

/** What the `progress` query answers. Times are ISO 8601. */
export interface Progress {
  stage: Stage;
  instanceArn?: string;
  clientToken: string;
  generation: number;
  paused: boolean;
  failure?: ProgressFailure;
  /** When the present stage began. */
  since: string;
  steps: { stage: Stage; at: string }[];
}
