import { activityInfo } from '@temporalio/activity';
import { WORKFLOW_ID_TAG } from '../../contract';
import { nextLookMs } from '../back-off';
import { notYet } from '../errors/failure';
import { inAccount, type ActivityDependencies, type AccountInput } from '../in-account';
import { refuseOrganizationInstance } from './organization-instance';

export interface FindInstanceInput extends AccountInput {
  workflowId: string;
  /** `any`: somebody else's may be taken over or deleted, so an organization's is refused. */
  wanted: 'own' | 'any';
  pollIntervalMs: number;
}

/** The instance of an account, as a reconciling run needs it. */
export interface FoundInstance {
  instanceArn: string;
  region: string;
  /** Whether it carries the tag with the run's workflow ID. */
  ours: boolean;
  /** The status that it settled in. */
  status: 'ACTIVE' | 'CREATE_FAILED';
}

/**
 * Looks over all Regions for the instance of the account. One that is still on its way into or out of being is waited
 * for, as its tags, which tell whose it is, can be read only once it is ACTIVE.
 */
export async function findInstance(
  deps: ActivityDependencies,
  input: FindInstanceInput,
): Promise<FoundInstance | undefined> {
  return inAccount(deps, input, async (account) => {
    const { identityCenter } = account;
    const [instance] = await identityCenter.listOwnInstances();
    if (instance === undefined) return undefined;
    const { instanceArn, status } = instance;
    const region = instance.region ?? input.region;
    if (status !== 'ACTIVE' && status !== 'CREATE_FAILED') {
      const delay = nextLookMs(input.pollIntervalMs, activityInfo().attempt);
      throw notYet(`${instanceArn} is ${status}: whose it is shows once that is over`, delay);
    }
    // The tags of one that has failed cannot be read.
    const tags =
      status === 'ACTIVE' ? await identityCenter.inRegion(region).listTags(instanceArn) : undefined;
    const found = { instanceArn, region, ours: tags?.get(WORKFLOW_ID_TAG) === input.workflowId, status };
    if (input.wanted === 'any' && !found.ours)
      await refuseOrganizationInstance(account, input.accountId, found);
    return found;
  });
}
