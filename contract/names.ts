/** Task queue that workers poll unless `IDENTITY_CENTER_TASK_QUEUE` names another. */
export const DEFAULT_TASK_QUEUE = 'identity-center';

/** Workflow type that provisions one account. */
export const PROVISION_WORKFLOW = 'provisionIdentityCenter';

/** Workflow type that deletes the instance of one account. */
export const DEPROVISION_WORKFLOW = 'deprovisionIdentityCenter';

/** Query that answers with {@link Progress}. */
export const PROGRESS_QUERY = 'progress';

/** Key of the tag that every instance made by a run carries; its value is the run's workflow ID. */
export const WORKFLOW_ID_TAG = 'identity-center-orchestrator:workflow-id';

const WORKFLOW_ID_PREFIX = 'identity-center/';

/**
 * The one workflow ID of an account. AWS allows one account instance over all Regions, so it names no Region.
 */
export function workflowIdOf(accountId: string): string {
  return `${WORKFLOW_ID_PREFIX}${accountId}`;
}

/** The account that a workflow ID names, or `undefined` where it is not a workflow ID of an account. */
export function accountIdOf(workflowId: string): string | undefined {
  return /^identity-center\/(\d{12})$/.exec(workflowId)?.[1];
}
