import { createHash } from 'node:crypto';
import {
  activityInfo,
  cancellationSignal,
  Context,
  metricMeter,
  type ApplicationFailure,
} from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { defined, makeFailure, METRICS, type Announcement } from '../../contract';
import { spentBefore, startDeadline } from '../attempt-deadline';
import type { Messaging } from '../aws/messaging';
import { nextDelayMs, type BackOff } from '../back-off';
import { classify, failedAs } from '../errors/classify';
import { wantsFreshCredentials } from '../errors/fresh-credentials';
import { readError } from '../errors/read';
import { AwsCallError, isA } from '../errors/thrown';
import type { ActivityDependencies } from '../in-account';
import { ReceiverBusyError } from './in-flight';
import type { ParameterReceiver, Receiver } from './receivers';
import { readSecrets, readUrl } from './webhook-files';
import { WebhookError } from './webhook';

export interface AnnounceInput {
  announcement: Announcement;
  /** Its name. */
  receiver: string;
}

export interface Announced {
  /** A later run of the account has said more: nothing was changed. */
  isSuperseded: boolean;
}

const SOURCE = 'identity-center-orchestrator';
const DETAIL_TYPE = 'IAM Identity Center Run';
const BACK_OFF: BackOff = { initialIntervalMs: 5_000, backoffCoefficient: 2, maximumIntervalMs: 30 * 60_000 };
/** The longest time that a webhook may take. */
const WEBHOOK_TIMEOUT_MS = 10_000;
/** What stands for what there is none of: a parameter cannot be empty. */
const NONE = 'none';

/** Gives an announcement to a receiver, once. */
export async function announce(deps: ActivityDependencies, input: AnnounceInput): Promise<Announced> {
  const receiver = deps.receivers.find(({ name }) => name === input.receiver);
  let giveBack: (() => void) | undefined;
  try {
    giveBack = deps.announcing.take(input.receiver);
    const announced = await tell(deps, receiver, input);
    deps.announcing.note(input.receiver);
    count(input.receiver, 'taken');
    return announced;
  } catch (error) {
    // Nobody waits for it any more.
    cancellationSignal().throwIfAborted();
    const isBusy = isA(error, ReceiverBusyError);
    const why = whyOf(error);
    if (!isBusy) {
      deps.announcing.note(input.receiver, why.words);
      count(input.receiver, 'failed');
    }
    throw notAnnounced(why, input.announcement, receiver ?? { name: input.receiver }, deps.random());
  } finally {
    giveBack?.();
  }
}

function count(receiver: string, result: 'taken' | 'failed'): void {
  const { name, help } = METRICS.attempts;
  metricMeter.createCounter(name, undefined, help).add(1, { receiver, result });
}

async function tell(
  deps: ActivityDependencies,
  receiver: Receiver | undefined,
  { announcement }: AnnounceInput,
): Promise<Announced> {
  const timeToAnswer = startDeadline(deps);
  const control = { cancellation: cancellationSignal(), timeToAnswer, onAnswer: () => undefined };
  let aws: Messaging | undefined;
  try {
    if (receiver === undefined)
      throw new Error('this worker has no receiver of that name: give it the file that the others have');
    const { webhook, sns, eventBridge, ssmParameter } = receiver;
    const body = JSON.stringify(announcement);
    const { id, type, timestamp, data } = announcement;
    if (webhook !== undefined) {
      const timeout = AbortSignal.timeout(Math.ceil(Math.min(WEBHOOK_TIMEOUT_MS, timeToAnswer())));
      const signal = AbortSignal.any([timeout, cancellationSignal()]);
      await deps.sendWebhook({ url: readUrl(webhook), keys: readSecrets(webhook), id, body, signal });
    } else if (sns !== undefined) {
      aws = await deps.openMessaging(undefined, regionOf(sns.topicArn), control);
      const deduplicationId = createHash('sha256').update(id).digest('hex');
      await aws.publish(sns.topicArn, {
        message: body,
        attributes: { type, accountId: data.accountId },
        fifo: { group: data.accountId, deduplicationId },
      });
    } else if (eventBridge !== undefined) {
      aws = await deps.openMessaging(undefined, regionOf(eventBridge.eventBusArn), control);
      const event = { source: SOURCE, detailType: DETAIL_TYPE, detail: body, time: timestamp };
      await aws.putEvent(eventBridge.eventBusArn, event);
    } else if (ssmParameter !== undefined) {
      if (await isSuperseded(announcement)) return { isSuperseded: true };
      const account = accountOf(ssmParameter, data.accountId);
      aws = await deps.openMessaging(account, ssmParameter.region ?? data.region, control);
      await aws.putParameter(...parameterOf(ssmParameter, announcement, body));
    }
    return { isSuperseded: false };
  } catch (error) {
    if (wantsFreshCredentials(error) || failedAs(error, 'permissionMissing')) aws?.forgetCredentials();
    throw error;
  }
}

/** The Region that an ARN names. */
function regionOf(arn: string): string | undefined {
  return arn.split(':')[3];
}

/** The account whose role is assumed; `undefined`: none, as the worker itself has the parameter. */
function accountOf({ account }: ParameterReceiver, accountOfRun: string): string | undefined {
  if (account === 'worker') return undefined;
  return account === 'run' ? accountOfRun : account;
}

function parameterOf(
  { name, value }: ParameterReceiver,
  { data }: Announcement,
  body: string,
): [name: string, value: string] {
  const { accountId, region = NONE } = data;
  const filled = name.replaceAll('{accountId}', accountId).replaceAll('{region}', region);
  if (value === 'announcement') return [filled, body];
  const isGone = data.outcome === 'deleted' || data.outcome === 'nothingThere';
  return [filled, (isGone ? undefined : data[value]) ?? NONE];
}

/**
 * Tells whether a later run of the account has ended well, whatever came after that, which sets the parameter itself: what is tried again for hours must not
 * bring back what is not so any more.
 */
async function isSuperseded({ timestamp, data: { workflowId, runId } }: Announcement): Promise<boolean> {
  if (activityInfo().attempt === 1) return false;
  const { workflow } = Context.current().client;
  try {
    // A list may not have a run yet that has just ended.
    const latest = await workflow.getHandle(workflowId).describe();
    if (latest.runId !== runId && latest.status.name === 'COMPLETED') return true;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
  const later = `WorkflowId = '${workflowId}' AND ExecutionStatus = 'Completed' AND CloseTime > '${timestamp}'`;
  for await (const run of workflow.list({ query: later })) if (run.runId !== runId) return true;
  return false;
}

const DENIED = ['permissionMissing', 'explicitDeny', 'roleRefused'] as const;

/** Why an attempt has failed. */
interface Why {
  words: string;
  ofAws?: ReturnType<typeof classify> & { operation: string };
  retryAfterMs?: number;
  isDenied: boolean;
  isBusy: boolean;
}

function whyOf(error: unknown): Why {
  const ofAws = isA(error, AwsCallError) ? { operation: error.operation, ...classify(error) } : undefined;
  const isOurs = isA(error, WebhookError) || isA(error, ReceiverBusyError);
  return {
    words: ofAws?.detail ?? (isOurs ? error.message : readError(error).message),
    isDenied: failedAs(error, ...DENIED),
    isBusy: isA(error, ReceiverBusyError),
    ...defined({
      ofAws,
      retryAfterMs: isA(error, WebhookError) ? error.retryAfterMs : ofAws?.retryAfterMs,
    }),
  };
}

/** Makes the failure of an attempt: which receiver, what happened, the next step, and when it is tried again. */
function notAnnounced(
  { words, ofAws, retryAfterMs, isDenied, isBusy }: Why,
  { data: { accountId } }: Announcement,
  receiver: Pick<Receiver, 'name'> & Partial<Receiver>,
  random: number,
): ApplicationFailure {
  return makeFailure(
    defined({
      situation: 'notAnnounced' as const,
      accountId,
      operation: ofAws?.operation,
      detail: `${kindOf(receiver)} ${receiver.name}: ${words}`,
      awsRequestId: ofAws?.awsRequestId,
      httpStatus: ofAws?.httpStatus,
      remedy: isDenied
        ? 'Allow what "identity-center iam-policy" prints with the receivers of the worker, which are tried for a day.'
        : undefined,
    }),
    // A receiver that was not asked has said nothing new.
    { nextRetryDelay: pauseMs(random, retryAfterMs), isBenign: isBusy },
  );
}

/** The pause before the next attempt; longer than there is time where that attempt would have less than it may take. */
function pauseMs(random: number, retryAfterMs?: number): number {
  const info = activityInfo();
  const leftMs = info.scheduleToCloseTimeoutMs - spentBefore(info);
  const delayMs = nextDelayMs(BACK_OFF, info.attempt, random, retryAfterMs, leftMs);
  // One that was cut short would say nothing of the receiver, and hide what that has said.
  return delayMs + WEBHOOK_TIMEOUT_MS > leftMs ? Math.max(delayMs, Math.ceil(leftMs) + 1) : delayMs;
}

function kindOf({ webhook, sns, eventBridge, ssmParameter }: Partial<Receiver>): string {
  if (webhook !== undefined) return 'webhook';
  if (sns !== undefined) return 'SNS topic';
  if (eventBridge !== undefined) return 'event bus';
  return ssmParameter === undefined ? 'receiver' : 'SSM parameter';
}
