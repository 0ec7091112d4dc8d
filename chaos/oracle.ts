import { clientToken, workflowIdOf, type ProvisionResult } from '../client';
import { MAX_GENERATIONS, PROVISION_WORKFLOW } from '../contract';
import type { EmulatedInstance, RecordedCall } from '../sandbox/emulator';
import type { PlayedDeed } from './deeds';
import { OWNER, type Played, type RunRecord } from './play';

/** All that is known of an account: what was done to it, and what AWS saw. */
export interface Evidence extends Played {
  /** What was done to the fleets that it is in. */
  orders: PlayedDeed[];
  calls: RecordedCall[];
  /** Those that are gone as well. */
  instances: EmulatedInstance[];
  /** When a worker or the server was killed or frozen; ISO 8601. */
  broken: string[];
}

/** AWS takes a request while the run that sent it is told that it is terminated. */
const TERMINATE_GRACE_MS = 35_000;
const LOST_ATTEMPT_MS = 20_000;
/** An order to a fleet reaches a run by two workflows, whose worker may be frozen. */
const ORDER_REACH_MS = 60_000;
/** The longest that the emulator takes over a call. */
const LATENCY_MS = 2_000;
/** AWS's record and Temporal's are written one after the other. */
const SLACK_MS = 250;

const FINAL = [
  ...['ValidationException', 'ConflictException'],
  ...['ServiceQuotaExceededException', 'IdempotentParameterMismatch'],
];

/** A deed after which a run may send a refused call once more; of a fleet it is an order to runs that are open. */
const SENDS_AGAIN = /"(retry|cancel|start)"/;
const ORDERS_AGAIN = /"(retry|cancel)"/;

/** What is wrong with an account; nothing, where every promise was kept. */
export function violationsOf(evidence: Evidence): string[] {
  return RULES.flatMap((rule) => rule(evidence));
}

type Rule = (evidence: Evidence) => string[];

const everyRunEnded: Rule = ({ plan, runs }) => [
  ...(runs.length === 0 && plan.ownRun ? ['no run'] : []),
  ...runs
    .filter(({ status }) => !['COMPLETED', 'FAILED', 'CANCELLED', 'TERMINATED'].includes(status))
    .map(({ runId, status }) => `run ${runId} is ${status}`),
];

const oneInstanceAtATime: Rule = ({ instances }) =>
  instances.flatMap((instance, index) => {
    const before = instances[index - 1];
    return before !== undefined && !isGone(before, instance.createdDate)
      ? [`${instance.instanceArn} was made beside ${before.instanceArn}`]
      : [];
  });

const sameTokenSameParameters: Rule = ({ plan, calls }) => {
  const known = tokensOf(plan.accountId);
  const parameters = new Map<string, string>();
  return creates(calls).flatMap(({ token = '', parameters: asked, time }) => {
    const text = JSON.stringify(asked);
    const first = parameters.get(token) ?? text;
    parameters.set(token, first);
    return [
      ...(known.includes(token) ? [] : [`CreateInstance at ${time} has the token ${token || 'of the SDK'}`]),
      ...(first === text ? [] : [`CreateInstance at ${time} has other parameters than the one before`]),
    ];
  });
};

const oneRetrier: Rule = ({ calls }) =>
  ours(calls)
    .filter(({ sdkAttempt = 1 }) => sdkAttempt > 1)
    .map(({ operation, time }) => `${operation} at ${time} was tried again by the SDK`);

const noCreateAfterTheEnd: Rule = ({ calls, runs }) =>
  creates(calls)
    .filter(({ time }) => !runs.some((run) => isProvision(run) && coversCall(run, time)))
    .map(({ time }) => `CreateInstance at ${time}, when no run was open`);

const noCreateAfterARefusal: Rule = ({ calls, runs, deeds, orders, broken }) =>
  runs.filter(isProvision).flatMap((run) => {
    // What a terminated run had under way is none of the next one's.
    const isStray = (time: string) =>
      runs.some((it) => it.status === 'TERMINATED' && (it.closedAt ?? '') < time && coversCall(it, time));
    const own = ours(calls).filter(({ time }) => coversCall(run, time) && !isStray(time));
    return creates(own).flatMap((next, index, all) => {
      const refused = all[index - 1];
      if (refused === undefined || !FINAL.includes(refused.outcome)) return [];
      if (wasUnheard(refused.time, next.time, broken)) return [];
      const between = ({ time }: { time: string }) => time >= refused.time && time <= next.time;
      const looked = own.some((call) => call.operation === 'ListInstances' && between(call));
      const told =
        deeds.some(({ at, deed }) => between({ time: at }) && SENDS_AGAIN.test(deed)) ||
        orders.some(
          ({ began, at, deed }) =>
            ORDERS_AGAIN.test(deed) &&
            began <= next.time &&
            Date.parse(at) >= Date.parse(refused.time) - ORDER_REACH_MS,
        );
      const allowed = refused.outcome === 'ConflictException' || next.token !== refused.token || told;
      return [
        ...(looked ? [] : [`CreateInstance at ${next.time} without a look after ${refused.outcome}`]),
        ...(allowed ? [] : [`CreateInstance at ${next.time} after ${refused.outcome}`]),
      ];
    });
  });

/** A refusal that came to a worker which died of a mishap: its attempt is tried again once its 25 s are over. */
function wasUnheard(refusedAt: string, nextAt: string, broken: string[]): boolean {
  const [refused, next] = [Date.parse(refusedAt), Date.parse(nextAt)];
  const mishap = broken.some((at) => Date.parse(at) >= refused - LATENCY_MS && Date.parse(at) <= next);
  return mishap && next - refused > LOST_ATTEMPT_MS;
}

const deletesOnlyItsOwn: Rule = ({ plan, calls, runs, instances }) =>
  ours(calls)
    .filter(({ operation }) => operation === 'DeleteInstance')
    .flatMap(({ time, instanceArn }) => {
      const instance = instances.find((it) => it.instanceArn === instanceArn);
      if (instance === undefined || !isOurs(instance, plan.accountId))
        return [`DeleteInstance at ${time} of ${instanceArn ?? 'nothing'}, which no run made`];
      const open = runs.filter((run) => coversCall(run, time));
      const mayDelete = open.some(
        (run) =>
          !isProvision(run) ||
          instance.statusReason !== undefined ||
          (plan.request.onCancel === 'delete' && isSince(instance.createdDate, run.startedAt)),
      );
      return mayDelete
        ? []
        : [`DeleteInstance at ${time} of ${instance.instanceArn}, which its run did not make`];
    });

const nothingLeft: Rule = ({ plan, runs, instances }) =>
  runs.flatMap((run) => {
    const { status, closedAt = '', startedAt, result } = run;
    const cancelled = isProvision(run) && status === 'CANCELLED' && plan.request.onCancel === 'delete';
    const deprovisioned = !isProvision(run) && result !== undefined;
    if (!cancelled && !deprovisioned) return [];
    return instances
      .filter((it) => isOurs(it, plan.accountId) && it.createdDate <= closedAt && !isGone(it, closedAt))
      .filter((it) => deprovisioned || isSince(it.createdDate, startedAt))
      .map((it) => `${it.instanceArn} is left by run ${run.runId}, which ended as ${status}`);
  });

const successIsTrue: Rule = ({ plan, calls, runs, instances }) =>
  runs
    .filter((run) => isProvision(run) && run.status === 'COMPLETED')
    .flatMap(({ runId, startedAt, closedAt = '', result }) => {
      const { instanceArn, outcome, accountId, region } = result as ProvisionResult;
      const instance = instances.find((it) => it.instanceArn === instanceArn);
      const wrong = (what: string) => [`run ${runId} ended with ${instanceArn} (${outcome}): ${what}`];
      if (instance?.accountId !== accountId) return wrong('the account has none such');
      if (instance.region !== region) return wrong(`it is in ${instance.region}`);
      if (instance.statusReason !== undefined) return wrong('it has failed');
      if (!isOurs(instance, plan.accountId) && outcome !== 'adopted') return wrong('no run made it');
      if (outcome === 'adopted' && plan.request.existing !== 'adopt') return wrong('adopted without leave');
      if (outcome === 'created' && !isSince(instance.createdDate, startedAt)) return wrong('it is older');
      const ownerDeleted = calls.some(
        (call) =>
          !isCallOfOurs(call) && call.instanceArn === instanceArn && call.operation === 'DeleteInstance',
      );
      return isGone(instance, startedAt) || (isGone(instance, closedAt) && !ownerDeleted)
        ? wrong('it was gone by then')
        : [];
    });

const failureSaysWhatNext: Rule = ({ runs }) =>
  runs
    .filter(({ status }) => status === 'FAILED')
    .flatMap(({ runId, failure }) => [
      ...(failure?.remedy === undefined ? [`run ${runId} failed without a next step`] : []),
      ...(failure?.type === 'InstanceGone' ? [`run ${runId} failed with a token that leads nowhere`] : []),
    ]);

/** A run that looked, and was answered, goes on with what is its own. */
const failsNotBesideItsOwn: Rule = ({ plan, calls, runs, instances }) =>
  runs
    .filter((run) => isProvision(run) && [...FINAL, 'InstanceExists'].includes(run.failure?.type ?? ''))
    .flatMap(({ runId, startedAt, closedAt = '', failure }) => {
      const own = ours(calls).filter(({ time }) => time >= startedAt && time <= closedAt);
      const last = creates(own).at(-1);
      if (last === undefined) return [];
      const after = own.filter(({ time }) => time >= last.time).slice(1);
      if (after.some(({ outcome }) => outcome !== 'ok')) return [];
      return instances
        .filter((it) => isOurs(it, plan.accountId) && it.statusReason === undefined)
        .filter((it) => it.createdDate < last.time && it.status === 'ACTIVE')
        .map((it) => `run ${runId} failed with ${failure?.type ?? ''} beside ${it.instanceArn}, its own`);
    });

const RULES: readonly Rule[] = [
  ...[everyRunEnded, oneInstanceAtATime, sameTokenSameParameters, oneRetrier, noCreateAfterTheEnd],
  ...[noCreateAfterARefusal, deletesOnlyItsOwn, nothingLeft, successIsTrue],
  ...[failureSaysWhatNext, failsNotBesideItsOwn],
];

function tokensOf(accountId: string): string[] {
  const generations = Array.from({ length: MAX_GENERATIONS }, (_, index) => index + 1);
  return generations.map((generation) => clientToken(workflowIdOf(accountId), generation));
}

function isOurs({ clientToken: token }: EmulatedInstance, accountId: string): boolean {
  return tokensOf(accountId).includes(token);
}

export function isCallOfOurs({ caller }: RecordedCall): boolean {
  return !caller.includes(`:assumed-role/${OWNER}/`);
}

function ours(calls: RecordedCall[]): RecordedCall[] {
  return calls.filter(isCallOfOurs);
}

function creates(calls: RecordedCall[]): RecordedCall[] {
  return ours(calls).filter(({ operation }) => operation === 'CreateInstance');
}

export function isProvision({ workflowType }: RunRecord): boolean {
  return workflowType === PROVISION_WORKFLOW;
}

function coversCall({ startedAt, closedAt, status }: RunRecord, time: string): boolean {
  const end = closedAt === undefined ? Infinity : Date.parse(closedAt);
  const grace = status === 'TERMINATED' ? TERMINATE_GRACE_MS : SLACK_MS;
  return Date.parse(time) >= Date.parse(startedAt) - SLACK_MS && Date.parse(time) <= end + grace;
}

/** As the run tells it: to the second. */
function isSince(createdDate: string, startedAt: string): boolean {
  return Date.parse(createdDate) >= Math.floor(Date.parse(startedAt) / 1_000) * 1_000;
}

/** Whether an instance was gone by then. */
export function isGone({ deletedDate }: EmulatedInstance, time: string): boolean {
  return deletedDate !== undefined && Date.parse(deletedDate) <= Date.parse(time) + SLACK_MS;
}
