import { z } from 'zod';
import type { InstanceDifference } from '../account/differences';
import type { Situation } from '../failures/table';
import { readBy, type ReadRequest } from '../validation';
import { pageAccountsSchema } from './page';

/** Workflow type that looks what a fleet would do with a page of accounts; started by the client only. */
export const PLAN_PAGE_WORKFLOW = 'planFleetPage';

/** Every plan for an account, with what it means. */
export const PLANS = {
  create: 'an instance would be made',
  done: 'nothing is to be done',
  adopt: 'the instance that is there would be taken over',
  conflict: 'the account has something that is in the way: it would fail',
  notReady: 'the account does not let us in, as one that is new: it is waited for, and fails if that lasts',
  forbidden: 'AWS refuses for good: it would fail',
  unknown: 'AWS or Temporal did not say',
  skipped: 'the manifest says why the account is left out; AWS was not asked',
} as const;

export type Plan = keyof typeof PLANS;

/** The plans after which an account would end with its instance. */
export const GOOD_PLANS: readonly Plan[] = ['create', 'done', 'adopt'];

/** What kind of thing keeps an account from its instance: a failure, or something that is found there. */
export type PlanReason = Situation | 'otherRunOpen' | 'requestDiffers' | 'instanceSettling' | 'notInspected';

/** What a fleet would do with one account, and why. */
export interface AccountPlan {
  accountId: string;
  plan: Plan;
  why: string;
  /** Where the account would not end with its instance: accounts of one reason and one next step have one cause. */
  reason?: PlanReason;
  /** The next step, where the account would not end with its instance. */
  remedy?: string;
  /** Where the instance that is there is not what is asked for, and would stay as it is: the first of them. */
  differences?: InstanceDifference[];
}

const pageSchema = z.strictObject({
  accounts: pageAccountsSchema(),
  /** Accounts that are looked at at once. */
  maxConcurrent: z
    .number()
    .int('must be a whole number')
    .min(1, 'must be from 1 to 100')
    .max(100, 'must be from 1 to 100'),
});

/** The argument of {@link PLAN_PAGE_WORKFLOW}. */
export type PlanPage = z.output<typeof pageSchema>;

/** Reads the argument of {@link PLAN_PAGE_WORKFLOW}. */
export function readPlanPage(input: unknown): ReadRequest<PlanPage> {
  return readBy(pageSchema, input);
}
