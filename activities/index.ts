import { announce, type AnnounceInput } from './announcements/announce';
import { InFlight } from './announcements/in-flight';
import type { Receiver } from './announcements/receivers';
import { webhookSender } from './announcements/webhook';
import { isAwaited, keepForLater, watchForFreezes } from './attempt-deadline';
import { auditAccount, type AuditAccountInput } from './audit/audit-account';
import { decideAccounts, type DecideAccountsInput } from './audit/decide-accounts';
import { findRuns, findUnlisted } from './audit/find-runs';
import { listOrganization, type ListOrganizationInput } from './audit/list-organization';
import { accessAws } from './aws/access';
import type { AwsSettings } from './aws/account';
import type { CallListener } from './aws/answered-call';
import { CallMeter } from './aws/call-meter';
import { Pacer } from './aws/pacer';
import { defined, type Check, type CheckRequest, type TaskRequest } from '../contract';
import { checkAws } from './check/check-aws';
import type { AccountInput, ActivityDependencies, ConsumedQueue } from './in-account';
import { createInstance, type CreateInstanceInput } from './instance/create';
import { deleteInstance, type DeleteInstanceInput } from './instance/delete';
import { findInstance, type FindInstanceInput } from './instance/find';
import { listInstances } from './instance/list';
import { inspectAccount, type InspectAccountInput } from './instance/inspect';
import { waitForActive, type WaitForActiveInput } from './instance/wait-for-active';
import { followRun, type FollowRunInput } from './runs/follow-run';
import { searchAttributeLister } from './runs/list-search-attributes';
import { followTask } from './state-machine/follow-task';
import { sendTaskAnswer, type SendTaskAnswerInput } from './state-machine/send-task-answer';

export { MOST_AT_ONCE } from './announcements/in-flight';
export { readReceivers, scopeOf, sharedAccountsOf, typesOf, type Receiver } from './announcements/receivers';
export type { ListedAccounts } from './audit/list-organization';
export { accessAws } from './aws/access';
export type { AwsSettings, OpenAccount } from './aws/account';
export { NO_DEAD_LETTER_QUEUE } from './check/check-queue';
export { explainError } from './check/look';
export { checkOwnIdentity } from './check/own-identity';
export { withHeartbeats } from './heartbeats';
export { CallMeter } from './aws/call-meter';
export type { AnsweredCall, CallListener } from './aws/answered-call';
export { readNetworkSettings } from './aws/network';
export {
  inPartition,
  consumerPolicy,
  ORGANIZATION_POLICY,
  rolePolicy,
  trustPolicy,
  workerPolicy,
  type IamPolicy,
  type WorkerPolicyScope,
} from './aws/policies';
export type { QueueFacts, Queueing, QueueMessage } from './aws/queueing';
export { homeRegion, partitionOf } from './aws/regions';
export { createRequestHandler } from './aws/request-handler';
export { Pacer } from './aws/pacer';
export { whyForgotten, type StateMachineTasks } from './aws/state-machine';
export type { BackOff } from './back-off';
export { readError, redact } from './errors/read';
export type { ActivityDependencies, ConsumedQueue } from './in-account';
export type { CreateAnswer } from './instance/create';
export type { FoundInstance } from './instance/find';
export type { FollowedRun } from './runs/follow-run';
export type { ActiveInstance, SettledInstance } from './instance/settled';

/** Creates the activities of the workflows, bound to what they depend on. */
export function createActivities(deps: ActivityDependencies) {
  return {
    createInstance: (input: CreateInstanceInput) => createInstance(deps, input),
    listInstances: (input: AccountInput) => listInstances(deps, input),
    waitForActive: (input: WaitForActiveInput) => waitForActive(deps, input),
    findInstance: (input: FindInstanceInput) => findInstance(deps, input),
    followRun: (input: FollowRunInput) => followRun(deps, input),
    listSearchAttributes: searchAttributeLister(() => deps.monotonicNow()),
    inspectAccount: (input: InspectAccountInput) => inspectAccount(deps, input),
    announce: (input: AnnounceInput) => announce(deps, input),
    followTask: (input: TaskRequest) => followTask(deps, input),
    sendTaskAnswer: (input: SendTaskAnswerInput) => sendTaskAnswer(deps, input),
    deleteInstance: (input: DeleteInstanceInput) => deleteInstance(deps, input),
    listOrganization: (input: ListOrganizationInput) => listOrganization(deps, input),
    decideAccounts: (input: DecideAccountsInput) => decideAccounts(deps, input),
    findRuns,
    findUnlisted,
    auditAccount: (input: AuditAccountInput) => auditAccount(deps, input),
    checkAws: (input: CheckRequest) => checkAws(deps, input),
  };
}

/** What only a worker can do, which has the workflow bundle. */
export interface WorkerActivities {
  /** Says whether this build goes on with the histories that were recorded of the released ones. */
  checkReplay(): Promise<Check>;
}

/** What the workflows may call beside. */
export type Activities = ReturnType<typeof createActivities>;

/** Creates what activities depend on in a real worker: AWS, the clocks and the random numbers of this process. */
export function realDependencies(
  aws: AwsSettings,
  pacer = new Pacer(aws.maxCallsPerSecond),
  meter = new CallMeter(),
  onAnswer: CallListener = () => undefined,
  receivers: readonly Receiver[] = [],
  queue?: ConsumedQueue,
): ActivityDependencies {
  const monotonicNow = () => performance.now();
  return {
    ...accessAws(aws, Date.now, pacer, onAnswer),
    now: Date.now,
    monotonicNow,
    thawedAt: watchForFreezes(monotonicNow),
    random: Math.random,
    isAwaited,
    keepForLater,
    receivers,
    ...defined({ queue }),
    sendWebhook: webhookSender(),
    announcing: new InFlight(),
    countCalls: (page, counts) => {
      meter.count(page, counts);
    },
  };
}
