/** Task queue that workers poll unless `IDENTITY_CENTER_TASK_QUEUE` names another. */
export const DEFAULT_TASK_QUEUE = 'identity-center';

/** Workflow type that provisions one account. */
export const PROVISION_WORKFLOW = 'provisionIdentityCenter';

/** Workflow type that deletes the instance of one account. */
export const DEPROVISION_WORKFLOW = 'deprovisionIdentityCenter';

/** Query that answers with {@link Progress}. */
export const PROGRESS_QUERY = 'progress';

/**
 * Update that reads an open fleet, or a page of one, in the place of a query: it is always refused, and the details of the
 * refusal, a failure of type {@link READ_ANSWER}, are what the query that it names answers. Nothing of it is in the history.
 *
 * A query that the worker of a workflow does not answer in time goes to another, which then has the signals that arrived
 * meanwhile as its history will not have them, and may go on with the workflow so: it would stand still for ever. Fleets get
 * signals all the time; with an Update they come in order.
 */
export const READ_UPDATE = 'read';
export const READ_ANSWER = 'Read';

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
