import { activityInfo, ApplicationFailure, heartbeat } from '@temporalio/activity';
import {
  nextStep,
  readFailureParts,
  PROVISION_WORKFLOW,
  FAILURES,
  whatHappened,
  WORKFLOW_ID_TAG,
  workflowIdOf,
  type AccountPlan,
  type Plan,
  type PlanReason,
  type ProvisionRequest,
  type ProvisionResult,
  type Situation,
} from '../../contract';
import type { IdentityCenter, Instance } from '../aws/sso-admin';
import { isA } from '../errors/thrown';
import { WAIT_FOR_RUN } from '../runs/follow-run';
import { latestRun, type LatestRun } from '../runs/latest-run';
import { inAccount, withoutAccount, type ActivityDependencies, type AccountInput } from '../in-account';

export interface InspectAccountInput extends AccountInput {
  request: ProvisionRequest;
}

/** A plan, without the account that it is for. */
type Finding = Omit<AccountPlan, 'accountId'>;

/** So many calls that AWS does not answer, and the account is given up. */
const MOST_UNANSWERED = 5;

/** What a fleet would do with an account, by what Temporal knows of it and what AWS shows; writes nothing. */
export async function inspectAccount(
  deps: ActivityDependencies,
  input: InspectAccountInput,
): Promise<AccountPlan> {
  const { accountId, request } = input;
  const run = await withoutAccount(() => latestRun(request));
  if (run?.status === 'RUNNING') return { accountId, ...findingOfOpen(run) };
  const made = await withoutAccount(() => instanceOf(run));
  try {
    return {
      accountId,
      ...(await inAccount(deps, input, async ({ identityCenter }) => {
        const [instance] = await identityCenter.listOwnInstances();
        return made === undefined
          ? inspect(identityCenter, request, instance, run)
          : findingOfMade(request, made, instance);
      })),
    };
  } catch (error) {
    return { accountId, ...findingOfFailure(error) };
  }
}

function findingOfOpen({ workflowType, differing }: LatestRun): Finding {
  const conflict = (reason: PlanReason, why: string): Finding => ({
    plan: 'conflict',
    reason,
    why,
    remedy: WAIT_FOR_RUN,
  });
  if (workflowType !== PROVISION_WORKFLOW)
    return conflict('otherRunOpen', `a run of ${workflowType} is open`);
  if (differing.length > 0)
    return conflict('requestDiffers', `its open run was asked for another ${differing.join(', ')}`);
  return { plan: 'done', why: 'its run is open, and would be joined' };
}

async function inspect(
  identityCenter: IdentityCenter,
  request: ProvisionRequest,
  instance: Instance | undefined,
  run: LatestRun | undefined,
): Promise<Finding> {
  if (instance === undefined) return { plan: 'create', why: 'the account has no instance in any Region' };
  const { instanceArn, region = request.region } = instance;
  const what = `${instanceArn} in ${region}`;
  switch (instance.status) {
    case 'ACTIVE': {
      const tags = await identityCenter.inRegion(region).listTags(instanceArn);
      const isOurs = tags.get(WORKFLOW_ID_TAG) === workflowIdOf(request.accountId);
      if (isOurs && region === request.region)
        return { plan: 'done', why: `a run made ${what}${asOther(run)}` };
      return findingOfForeign(request, isOurs ? `a run made ${what}, another Region` : `no run made ${what}`);
    }
    case 'CREATE_FAILED': {
      const reason = instance.statusReason ?? 'AWS gives no reason';
      return findingOfFailed(request, `${what} is CREATE_FAILED (${reason})`, run !== undefined);
    }
    case 'DELETE_IN_PROGRESS':
      return { plan: 'create', why: `${what} is being deleted: an instance is made once it is gone` };
    default:
      return {
        plan: 'unknown',
        reason: 'instanceSettling',
        why: `${what} is ${instance.status}: whose it is shows once that is over`,
        remedy: 'Plan again in a minute.',
      };
  }
}

function asOther(run: LatestRun | undefined): string {
  const fields = run?.differing ?? [];
  return fields.length === 0 ? '' : `, asked for another ${fields.join(', ')}: it stays as it is`;
}

/** A fleet asks AWS nothing for an account that a run has provisioned. */
function findingOfMade(
  { accountId, region }: ProvisionRequest,
  arn: string,
  instance: Instance | undefined,
): Finding {
  if (instance?.instanceArn === arn && instance.status === 'ACTIVE')
    return { plan: 'done', why: `a run provisioned ${arn}` };
  const now = instance?.instanceArn === arn ? `is ${instance.status}` : 'AWS does not show any more';
  return {
    plan: 'conflict',
    reason: 'instanceGone',
    why: `a run provisioned ${arn}, which ${now}; a fleet would take the account for done`,
    remedy: `Once it is gone provision it anew: identity-center provision ${accountId} --region ${region}, with its other fields.`,
  };
}

/** Whose it was no tag tells: a run makes anew what its own token led to. */
function findingOfFailed({ onCreateFailed }: ProvisionRequest, what: string, hadRun: boolean): Finding {
  if (!hadRun)
    return {
      plan: 'conflict',
      reason: 'instanceExists',
      why: `${what}, and no run made it`,
      remedy: 'Delete it, then plan again.',
    };
  return onCreateFailed === 'recreate'
    ? { plan: 'create', why: `${what}: it is deleted and made anew` }
    : {
        plan: 'conflict',
        reason: 'createFailed',
        why: what,
        remedy: 'Act on the reason that AWS gives, then use onCreateFailed "recreate".',
      };
}

function findingOfForeign({ existing }: ProvisionRequest, why: string): Finding {
  return existing === 'adopt'
    ? { plan: 'adopt', why }
    : {
        plan: 'conflict',
        reason: 'instanceExists',
        why,
        remedy: 'To use that instance give the account existing "adopt"; else delete it first.',
      };
}

/** The instance that a run has provisioned for this very request. */
async function instanceOf(run: LatestRun | undefined): Promise<string | undefined> {
  if (run?.status !== 'COMPLETED' || run.workflowType !== PROVISION_WORKFLOW || run.differing.length > 0)
    return undefined;
  return ((await run.handle.result()) as ProvisionResult).instanceArn;
}

/** @throws whatever is to be tried again */
function findingOfFailure(error: unknown): Finding {
  const parts = isA(error, ApplicationFailure) ? readFailureParts(error) : undefined;
  if (!isA(error, ApplicationFailure) || parts === undefined) throw error;
  const { situation } = parts;
  const plan = planAfter(situation);
  if (plan === 'unknown' && isTriedAgain(situation)) throw error;
  return { plan, reason: situation, why: whatHappened(parts), remedy: nextStep(parts, 'plan') };
}

function planAfter(situation: Situation): Plan {
  const { retry } = FAILURES[situation];
  if (retry === 'untilAccountReady') return 'notReady';
  return retry === 'stop' ? 'forbidden' : 'unknown';
}

/** Throttling passes. How often AWS has not answered the attempts tell each other: some had no turn, and asked nothing. */
function isTriedAgain(situation: Situation): boolean {
  if (situation === 'throttled' || situation === 'attemptTooLate') return true;
  if (situation === 'noCredentials') return false;
  const before: unknown = activityInfo().heartbeatDetails;
  const unanswered = (typeof before === 'number' ? before : 0) + 1;
  heartbeat(unanswered);
  return unanswered < MOST_UNANSWERED;
}
