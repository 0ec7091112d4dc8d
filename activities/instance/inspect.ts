import {
  describeDifferences,
  differencesOf,
  firstOf,
  isOpenStatus,
  mayAdopt,
  nextStep,
  PROVISION_WORKFLOW,
  WORKFLOW_ID_TAG,
  workflowIdOf,
  type AccountPlan,
  type InstanceDifference,
  type PlanReason,
  type ProvisionRequest,
  type ProvisionResult,
} from '../../contract';
import type { Account } from '../aws/account';
import type { Instance } from '../aws/sso-admin';
import { inAccount, withoutAccount, type AccountInput, type ActivityDependencies } from '../in-account';
import { judgeFailure } from './judge-failure';
import { refuseOrganizationInstance } from './organization-instance';
import { checkProvisioned } from './provisioned';
import { findObstacle, latestRun, WAIT_FOR_RUN, type LatestRun } from '../runs/latest-run';

export interface InspectAccountInput extends AccountInput {
  request: ProvisionRequest;
}

/** What is found, without the account that it is for. */
type Finding = Omit<AccountPlan, 'accountId'>;

/** What a fleet would do with an account, by what Temporal knows of it and what AWS shows; writes nothing. */
export async function inspectAccount(
  deps: ActivityDependencies,
  input: InspectAccountInput,
): Promise<AccountPlan> {
  return { accountId: input.accountId, ...(await inspect(deps, input)) };
}

async function inspect(deps: ActivityDependencies, input: InspectAccountInput): Promise<Finding> {
  const { request } = input;
  const run = await withoutAccount(() => latestRun(request));
  if (run !== undefined && isOpenStatus(run.status)) return judgeOpenRun(run);
  const provisioned = await withoutAccount(() => readProvisioned(run));
  try {
    return await inAccount(deps, input, async (account) => {
      const instances = await account.identityCenter.listOwnInstances();
      const checked = provisioned && checkProvisioned(provisioned, request, instances);
      if (checked !== undefined)
        return done(`a run provisioned ${provisioned?.instanceArn ?? ''}`, checked.differences);
      const [instance] = instances;
      if (instance === undefined) return { plan: 'create', why: whyCreate(provisioned) };
      return judgeInstance(account, request, instance);
    });
  } catch (error) {
    const { kind, ...found } = judgeFailure(error, 'plan');
    return { plan: kind, ...found };
  }
}

function judgeOpenRun(run: LatestRun): Finding {
  const obstacle = findObstacle(run);
  return obstacle === undefined
    ? { plan: 'done', why: 'its run is open, and would be joined' }
    : conflict(obstacle.kind, obstacle.why, WAIT_FOR_RUN);
}

/** Reads what a run has provisioned for this very request. */
async function readProvisioned(run: LatestRun | undefined): Promise<ProvisionResult | undefined> {
  if (run?.status !== 'COMPLETED' || run.workflowType !== PROVISION_WORKFLOW || run.differing.length > 0)
    return undefined;
  return (await run.handle.result()) as ProvisionResult;
}

function whyCreate(provisioned: ProvisionResult | undefined): string {
  return provisioned === undefined
    ? 'the account has no instance in any Region'
    : `a run provisioned ${provisioned.instanceArn}, which AWS does not show any more: it is made anew`;
}

function done(what: string, differences: readonly InstanceDifference[]): Finding {
  return { plan: 'done', ...withDifferences(what, differences) };
}

/** Says what is there, and how it is not what is asked for. */
function withDifferences(
  what: string,
  differences: readonly InstanceDifference[],
): Pick<Finding, 'why' | 'differences'> {
  const told = firstOf(differences);
  if (told === undefined) return { why: what };
  return { why: `${what}, which stays as it is: ${describeDifferences(told)}`, differences: told };
}

async function judgeInstance(
  account: Account,
  request: ProvisionRequest,
  instance: Instance,
): Promise<Finding> {
  const { instanceArn, region = request.region } = instance;
  const what = `${instanceArn} in ${region}`;
  const differences = (tags: ReadonlyMap<string, string>) =>
    differencesOf(request, { region, name: instance.name, tags });
  const refuseOrganizations = () =>
    refuseOrganizationInstance(account, request.accountId, { instanceArn, region });
  switch (instance.status) {
    case 'ACTIVE': {
      const tags = await account.identityCenter.inRegion(region).listTags(instanceArn);
      if (tags === undefined) return { plan: 'create', why: `${what} has just been deleted` };
      if (tags.get(WORKFLOW_ID_TAG) !== workflowIdOf(request.accountId)) {
        await refuseOrganizations();
        return judgeForeign(request, region, `no run made ${what}`, differences(tags));
      }
      if (region !== request.region)
        return judgeForeign(request, region, `a run made ${what}, another Region`, differences(tags));
      return done(`a run made ${what}`, differences(tags));
    }
    case 'CREATE_FAILED': {
      await refuseOrganizations();
      const reason = instance.statusReason ?? 'AWS gives no reason';
      return judgeFailed(request, `${what} is CREATE_FAILED (${reason})`);
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

function judgeForeign(
  { region: asked, existing }: ProvisionRequest,
  region: string,
  why: string,
  differences: readonly InstanceDifference[],
): Finding {
  const isElsewhere = region !== asked;
  if (mayAdopt(existing, isElsewhere)) return { plan: 'adopt', ...withDifferences(why, differences) };
  const situation = isElsewhere ? 'instanceElsewhere' : 'instanceExists';
  return conflict(situation, why, nextStep({ situation }, 'plan'));
}

/** It holds nothing, whoever made it. */
function judgeFailed({ onCreateFailed }: ProvisionRequest, what: string): Finding {
  if (onCreateFailed === 'recreate') return { plan: 'create', why: `${what}: it is deleted and made anew` };
  const remedy = 'Act on the reason that AWS gives, then use onCreateFailed "recreate".';
  return conflict('createFailed', what, remedy);
}

function conflict(reason: PlanReason, why: string, remedy: string): Finding {
  return { plan: 'conflict', reason, why, remedy };
}
