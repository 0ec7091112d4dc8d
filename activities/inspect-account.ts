import { activityInfo, ApplicationFailure } from '@temporalio/activity';
import {
  describeFailure,
  failureDetails,
  PROVISION_WORKFLOW,
  SITUATIONS,
  whatHappened,
  WORKFLOW_ID_TAG,
  workflowIdOf,
  type AccountPlan,
  type Plan,
  type ProvisionRequest,
  type ProvisionResult,
} from '../contract';
import type { AccountApi, Instance } from './account-api';
import { isA } from './errors';
import { WAIT_FOR_RUN } from './follow-run';
import { latestRun, type LatestRun } from './latest-run';
import { step, type ActivityDependencies, type StepInput } from './step';

export interface InspectAccountInput extends StepInput {
  request: ProvisionRequest;
}

/** A plan, without the account that it is for. */
type Finding = Omit<AccountPlan, 'accountId'>;

/** Throttling is waited out; what else AWS does not answer is given up after so many attempts. */
const MOST_ATTEMPTS = 5;

/** What a fleet would do with an account, by what Temporal knows of it and what AWS shows; writes nothing. */
export async function inspectAccount(
  deps: ActivityDependencies,
  input: InspectAccountInput,
): Promise<AccountPlan> {
  const { accountId } = input;
  const run = await latestRun(input.request);
  if (run?.status === 'RUNNING') return { accountId, ...findingOfOpen(run) };
  try {
    return { accountId, ...(await step(deps, input, (account) => inspect(account, input.request, run))) };
  } catch (error) {
    return { accountId, ...findingOfFailure(error) };
  }
}

function findingOfOpen({ workflowType, differing }: LatestRun): Finding {
  const conflict = (why: string): Finding => ({ plan: 'conflict', why, remedy: WAIT_FOR_RUN });
  if (workflowType !== PROVISION_WORKFLOW) return conflict(`a run of ${workflowType} is open`);
  if (differing.length > 0) return conflict(`its open run was asked for another ${differing.join(', ')}`);
  return { plan: 'done', why: 'its run is open, and would be joined' };
}

async function inspect(
  account: AccountApi,
  request: ProvisionRequest,
  run: LatestRun | undefined,
): Promise<Finding> {
  const [instance] = await account.listOwnInstances();
  const done = await resultOf(run);
  if (done !== undefined) return findingOfDone(request, done, instance);
  if (instance === undefined) return { plan: 'create', why: 'the account has no instance in any Region' };
  const { instanceArn, region = request.region } = instance;
  const what = `${instanceArn} in ${region}`;
  switch (instance.status) {
    case 'ACTIVE': {
      const tags = await account.inRegion(region).listTags(instanceArn);
      const isOurs = tags.get(WORKFLOW_ID_TAG) === workflowIdOf(request.accountId);
      if (isOurs && region === request.region) return { plan: 'done', why: `a run made ${what}` };
      return findingOfForeign(request, isOurs ? `a run made ${what}, another Region` : `no run made ${what}`);
    }
    case 'CREATE_FAILED':
      return request.onCreateFailed === 'recreate'
        ? { plan: 'create', why: `${what} is CREATE_FAILED: where a run made it, it is made anew` }
        : {
            plan: 'conflict',
            why: `${what} is CREATE_FAILED: ${instance.statusReason ?? 'AWS gives no reason'}`,
            remedy: 'Act on the reason that AWS gives, then use onCreateFailed "recreate".',
          };
    case 'DELETE_IN_PROGRESS':
      return { plan: 'create', why: `${what} is being deleted: an instance is made once it is gone` };
    default:
      return {
        plan: 'unknown',
        why: `${what} is ${instance.status}: whose it is shows once that is over`,
        remedy: 'Plan again in a minute.',
      };
  }
}

/** A fleet asks AWS nothing for an account that a run has provisioned. */
function findingOfDone(
  { accountId }: ProvisionRequest,
  arn: string,
  instance: Instance | undefined,
): Finding {
  if (instance?.instanceArn === arn) return { plan: 'done', why: `a run provisioned ${arn}` };
  return {
    plan: 'conflict',
    why: `a run provisioned ${arn}, which AWS does not show any more; a fleet would take the account for done`,
    remedy: `Provision it anew: identity-center provision ${accountId}`,
  };
}

function findingOfForeign({ existing }: ProvisionRequest, why: string): Finding {
  return existing === 'adopt'
    ? { plan: 'adopt', why }
    : {
        plan: 'conflict',
        why,
        remedy: 'To use that instance give the account existing "adopt"; else delete it first.',
      };
}

/** The instance that a run has provisioned for this very request. */
async function resultOf(run: LatestRun | undefined): Promise<string | undefined> {
  if (run?.status !== 'COMPLETED' || run.workflowType !== PROVISION_WORKFLOW || run.differing.length > 0)
    return undefined;
  return ((await run.handle.result()) as ProvisionResult).instanceArn;
}

/** @throws whatever is to be tried again */
function findingOfFailure(error: unknown): Finding {
  const details = isA(error, ApplicationFailure) ? failureDetails(error) : undefined;
  if (!isA(error, ApplicationFailure) || details === undefined) throw error;
  const { situation } = details;
  const { retry, remedy } = SITUATIONS[situation];
  const passes = situation === 'throttled' || situation === 'attemptTooLate';
  let plan: Plan = 'unknown';
  if (retry === 'untilAccountReady') plan = 'notReady';
  else if (retry === 'stop') plan = 'forbidden';
  else if (passes || (situation !== 'noCredentials' && activityInfo().attempt < MOST_ATTEMPTS)) throw error;
  return {
    plan,
    why: whatHappened(describeFailure(error)),
    remedy: plan === 'unknown' ? askAgain(remedy) : remedy,
  };
}

/** A run tries again by itself; a plan has to be asked for once more. */
function askAgain(remedy: string): string {
  const step = remedy.replace(/^Nothing to do: .*\. If this lasts, (.)/, (_, first: string) =>
    first.toUpperCase(),
  );
  return `${step.replace('; the call is tried again', '')} Then plan again.`;
}
