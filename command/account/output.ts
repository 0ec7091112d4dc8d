import { STAGES, type AccountStatus, type PendingActivity } from '../../client';
import {
  defined,
  DEPROVISION_WORKFLOW,
  describeDifferences,
  isOpenStatus,
  oneLine,
  utc,
  whatHappened,
  type FailureParts,
  type InstanceDifference,
} from '../../contract';
import { pc, printRows, type Row } from '../output';
import { announcedRows } from './announced';

/** Prints a status as a person reads it. */
export function printStatus(status: AccountStatus, uiUrl?: string): void {
  const { result, request, failure, pending, notice, notes = [] } = status;
  printRows([
    ['Account', status.accountId],
    ['Stage', `${colourStage(status.stage)}: ${describeStage(status)}`],
    ['Since', utc(status.since)],
    ['Outcome', result?.outcome],
    ['Region', describeRegion(status)],
    ['Name', request?.name],
    ['Tags', request?.tags && describeTags(request.tags)],
    ['Asked by', status.askedBy && oneLine(status.askedBy, 200)],
    ['Instance', status.instanceArn ?? result?.instanceArn],
    ['Differs', result && 'differences' in result && pc.yellow(whatDiffers(result.differences))],
    ['Identity store', result && 'identityStoreId' in result && result.identityStoreId],
    ['ClientToken', status.clientToken && `${status.clientToken} (generation ${status.generation ?? 1})`],
    ['Waits for', whatItWaitsFor(status)],
    ['Failure', failure && pc.red(failure.type)],
    ['What happened', failure?.whatHappened],
    ['Next step', failure?.remedy],
    [
      pending !== undefined && pending.attempt > 1 ? 'Server retries' : 'Under way',
      pending && describePending(pending),
    ],
    ['Run', `${status.workflowId} ${status.runId}`],
    ['In the UI', uiUrl],
    ...notes.map(({ at, text }): Row => ['Noted', `${utc(at)} ${text}`]),
    ...announcedRows(status.announcements ?? []),
    ['Note', notice && pc.yellow(notice)],
  ]);
}

/** Names the Region of the instance, else the one that is asked for. */
function describeRegion({ request, result }: AccountStatus): string | undefined {
  const [is, asked] = [result?.region, request?.region];
  return is === undefined || asked === undefined || is === asked
    ? (is ?? asked)
    : `${is} (asked for: ${asked})`;
}

function describeTags(tags: Record<string, string>): string {
  return Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
}

/** Says how an instance is not what was asked for, and whose turn it is. */
function whatDiffers(differences: readonly InstanceDifference[]): string {
  return `${describeDifferences(differences)}. It stays as it is: change it in AWS, or ask for what it is`;
}

/** Says what a run does, what it waits for where it does nothing at present, or what has come of it. */
function describeStage(run: AccountStatus): string {
  const { stage, status, workflowType, result, paused, pending, notice } = run;
  if (notice !== undefined) return 'not known, as no worker tells it';
  if (paused) return 'paused, and writes nothing to AWS';
  if (result?.outcome === 'nothingThere')
    return 'the account had no instance in any Region: nothing was deleted';
  if (stage === 'failed' && workflowType === DEPROVISION_WORKFLOW)
    return 'ended before an instance was seen to be gone';
  const isBackingOff =
    isOpenStatus(status) && pending?.nextAttemptAt !== undefined && pending.failure !== undefined;
  return isBackingOff ? `waits to try ${pending.activity} again` : STAGES[stage];
}

/** Names the person for whom a run waits, and the verbs that make it go on. */
function whatItWaitsFor({ accountId, paused, heldUntil }: AccountStatus): string | undefined {
  if (paused)
    return pc.yellow(
      `paused: no write to AWS until "identity-center resume ${accountId}", or "abort ${accountId} --reason …" ends it`,
    );
  return heldUntil === undefined
    ? undefined
    : `"identity-center retry ${accountId}" or "abort ${accountId} --reason …"; fails at ${utc(heldUntil)}`;
}

export function colourStage(stage: string): string {
  const name = stage.trim();
  if (name === 'active' || name === 'deleted') return pc.green(stage);
  if (name === 'failed') return pc.red(stage);
  return name === 'cancelled' || name === 'held' ? pc.yellow(stage) : pc.cyan(stage);
}

/** Says what the server is retrying: the attempt, when it comes, and what the last one said. */
export function describePending(
  { activity, attempt, failure, parts, nextAttemptAt }: PendingActivity,
  options = { withRequestId: true },
): string {
  const wait = nextAttemptAt === undefined ? 0 : Date.parse(nextAttemptAt) - Date.now();
  const when = wait >= 50 ? ` in ${(wait / 1000).toFixed(1)} s` : wait > 0 ? ' now' : '';
  const said = parts === undefined ? failure?.whatHappened : whatWasSaid(parts, options.withRequestId);
  return `${activity}, attempt ${attempt}${when}${said === undefined ? '' : `; ${said}`}`;
}

/** Says what happened without the operation, as the activity tells it. */
function whatWasSaid(
  { situation, accountId, detail, awsRequestId }: FailureParts,
  withRequestId: boolean,
): string {
  const requestId = withRequestId ? awsRequestId : undefined;
  return whatHappened(defined({ situation, accountId, detail, awsRequestId: requestId }));
}
