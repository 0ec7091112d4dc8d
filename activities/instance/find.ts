import { WORKFLOW_ID_TAG } from '../../contract';
import { earlierLooks } from '../attempts';
import { nextLookMs } from '../back-off';
import { notYet } from '../errors/failure';
import { pollAccount, type ActivityDependencies, type AccountInput } from '../in-account';
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
  return pollAccount(deps, input, async (account) => {
    const { identityCenter } = account;
    const [instance] = await identityCenter.listOwnInstances();
    if (instance === undefined) return undefined;
    const { instanceArn, status } = instance;
    const region = instance.region ?? account.region;
    if (status !== 'ACTIVE' && status !== 'CREATE_FAILED') {
      const delay = nextLookMs(input.pollIntervalMs, earlierLooks() + 1);
      throw notYet(`${instanceArn} is ${status}: whose it is shows once that is over`, delay);
    }
    let ours = false;
    // The tags of one that has failed cannot be read.
    if (status === 'ACTIVE') {
      const tags = await identityCenter.inRegion(region).listTags(instanceArn);
      // Deleted since the list was made.
      if (tags === undefined) return undefined;
      ours = tags.get(WORKFLOW_ID_TAG) === input.workflowId;
    }
    const found = { instanceArn, region, ours, status };
    if (input.wanted === 'any' && !ours) await refuseOrganizationInstance(account, input.accountId, found);
    return found;
  });
}
