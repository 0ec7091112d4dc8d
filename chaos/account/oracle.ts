import type { ProvisionResult } from '../../client';
import { hasAction } from '../actions';
import { applyRules } from '../apply-rules';
import {
  accountTokens,
  isDuring,
  isGone,
  isMadeSince,
  isOfTerminatedRun,
  isOurCall,
  isOurInstance,
  isProvision,
  ourCalls,
  ourCreates,
  type AccountEvidence,
  type AccountRule,
  type Outage,
} from './evidence';
import { announcesItsEnd } from './announcement-rule';
import { isPassing } from './passing-errors';
import { REMOVAL_RULES } from './removal-rules';
import { STEERING_RULES } from './steering-rules';

/** The attempt of a worker that died is tried again 5 s after its last sign of life, which may be 2 s older than a refusal. */
const LOST_ATTEMPT_MS = 2_500;
/** A fleet that is steered reaches a run by two workflows, whose worker may be frozen. */
const FLEET_REACH_MS = 60_000;
/** The longest that the emulator takes over a call. */
const LATENCY_MS = 2_000;

/** Refusals after which a run looks at what there is. */
const REFUSALS = [
  'ValidationException',
  'ConflictException',
  'ServiceQuotaExceededException',
  'IdempotentParameterMismatch',
];

/** Nothing happens in them that does not pass. */
const PASSING_SCENARIOS = ['passingOnly', 'forgotten', 'misunderstood'];

/** Says what is wrong with an account: nothing, where every promise was kept. */
export function accountViolations(evidence: AccountEvidence): string[] {
  return applyRules([...RULES, ...REMOVAL_RULES, ...STEERING_RULES, announcesItsEnd], evidence);
}

/** Every run ends, and an account that was started has one. */
const everyRunEnds: AccountRule = ({ plan, runs, unreadable: nothing }) => {
  const open = runs.filter(
    ({ status }) => !['COMPLETED', 'FAILED', 'CANCELLED', 'TERMINATED'].includes(status),
  );
  return [
    ...(nothing === undefined ? [] : [`its runs cannot be read: ${nothing}`]),
    ...(runs.length === 0 && plan.ownRun ? ['no run'] : []),
    ...open.map(({ runId, status }) => `run ${runId} is ${status}`),
    ...runs.flatMap(({ runId, unreadable }) =>
      unreadable === undefined ? [] : [`run ${runId} cannot be read: ${unreadable}`],
    ),
  ];
};

/** An account never has two instances at once. */
const oneInstanceAtATime: AccountRule = ({ instances }) =>
  instances.flatMap((instance, index) => {
    const before = instances[index - 1];
    return before !== undefined && !isGone(before, instance.createdDate)
      ? [`${instance.instanceArn} was made beside ${before.instanceArn}`]
      : [];
  });

/** Every CreateInstance has a token that is computed from the workflow ID, and the same parameters with the same token. */
const sameTokenSameParameters: AccountRule = ({ plan, calls }) => {
  const known = accountTokens(plan.accountId);
  const parametersByToken = new Map<string, string>();
  return ourCreates(calls).flatMap(({ token = '', parameters, time }) => {
    const text = JSON.stringify(parameters);
    const first = parametersByToken.get(token) ?? text;
    parametersByToken.set(token, first);
    return [
      ...(known.includes(token) ? [] : [`CreateInstance at ${time} has the token ${token || 'of the SDK'}`]),
      ...(first === text ? [] : [`CreateInstance at ${time} has other parameters than the one before`]),
    ];
  });
};

/** Temporal alone tries again: the retries of the SDK are off. */
const oneRetrier: AccountRule = ({ calls }) =>
  ourCalls(calls)
    .filter(({ sdkAttempt = 1 }) => sdkAttempt > 1)
    .map(({ operation, time }) => `${operation} at ${time} was tried again by the SDK`);

/** A CreateInstance is sent only while a run that provisions is open. */
const noCreateAfterTheEnd: AccountRule = ({ calls, runs }) =>
  ourCreates(calls)
    .filter(({ time }) => !runs.some((run) => isProvision(run) && isDuring(run, time)))
    .map(({ time }) => `CreateInstance at ${time}, when no run was open`);

/**
 * After a refusal a run looks at what there is before it sends CreateInstance again. It sends the same token again only after a
 * Conflict, or where somebody steered it.
 */
const noCreateAfterARefusal: AccountRule = (evidence) =>
  evidence.runs.filter(isProvision).flatMap((run) => {
    const own = ourCalls(evidence.calls).filter(
      ({ time }) => isDuring(run, time) && !isOfTerminatedRun(evidence.runs, time),
    );
    return ourCreates(own).flatMap((next, index, all) => {
      const refused = all[index - 1];
      if (refused === undefined || !REFUSALS.includes(refused.outcome)) return [];
      if (wasUnheard(refused.time, next.time, evidence.outages)) return [];
      const looked = own.some(
        ({ operation, time }) => operation === 'ListInstances' && time >= refused.time && time <= next.time,
      );
      const allowed =
        refused.outcome === 'ConflictException' ||
        next.token !== refused.token ||
        wasSteered(evidence, refused.time, next.time);
      return [
        ...(looked ? [] : [`CreateInstance at ${next.time} without a look after ${refused.outcome}`]),
        ...(allowed ? [] : [`CreateInstance at ${next.time} after ${refused.outcome}`]),
      ];
    });
  });

/** A success is an instance of that account and Region that was there, and the run says truly where it came from. */
const successIsTrue: AccountRule = ({ plan, calls, runs, instances }) =>
  runs
    .filter((run) => isProvision(run) && run.status === 'COMPLETED' && run.result !== undefined)
    .flatMap(({ runId, startedAt, closedAt = '', result }) => {
      const { instanceArn, outcome, accountId, region } = result as ProvisionResult;
      const instance = instances.find((it) => it.instanceArn === instanceArn);
      const wrong = (what: string) => [`run ${runId} ended with ${instanceArn} (${outcome}): ${what}`];
      if (instance?.accountId !== accountId) return wrong('the account has none such');
      if (instance.region !== region) return wrong(`it is in ${instance.region}`);
      if (instance.statusReason !== undefined) return wrong('it has failed');
      if (!isOurInstance(instance, plan.accountId) && outcome !== 'adopted') return wrong('no run made it');
      if (outcome === 'adopted' && plan.request.existing === 'fail') return wrong('adopted without leave');
      if (outcome === 'created' && !isMadeSince(instance, startedAt)) return wrong('it is older');
      const ownerDeleted = calls.some(
        (call) => !isOurCall(call) && call.instanceArn === instanceArn && call.operation === 'DeleteInstance',
      );
      return isGone(instance, startedAt) || (isGone(instance, closedAt) && !ownerDeleted)
        ? wrong('it was gone by then')
        : [];
    });

/** A failure names the next step, and is never that an instance is gone: the next generation follows that. */
const failureSaysWhatNext: AccountRule = ({ runs }) =>
  runs
    .filter(({ status, unreadable }) => status === 'FAILED' && unreadable === undefined)
    .flatMap(({ runId, failure }) => [
      ...(failure?.remedy === undefined ? [`run ${runId} failed without a next step`] : []),
      ...(failure?.type === 'InstanceGone' ? [`run ${runId} failed with a token that leads nowhere`] : []),
    ]);

/** A run that was refused, looked and was answered does not fail beside an instance of its own: it goes on with it. */
const goesOnWithItsOwn: AccountRule = ({ plan, calls, runs, instances }) =>
  runs
    .filter((run) => isProvision(run) && [...REFUSALS, 'InstanceExists'].includes(run.failure?.type ?? ''))
    .flatMap(({ runId, startedAt, closedAt = '', failure }) => {
      const own = ourCalls(calls).filter(({ time }) => time >= startedAt && time <= closedAt);
      const last = ourCreates(own).at(-1);
      if (last === undefined) return [];
      const after = own.filter(({ time }) => time >= last.time).slice(1);
      if (after.some(({ outcome }) => outcome !== 'ok')) return [];
      return instances
        .filter((it) => isOurInstance(it, plan.accountId) && it.statusReason === undefined)
        .filter((it) => it.createdDate < last.time && it.status === 'ACTIVE')
        .map((it) => `run ${runId} failed with ${failure?.type ?? ''} beside ${it.instanceArn}, its own`);
    });

/** No run fails with what passes: it is tried again. */
const failsForGood: AccountRule = ({ runs }) =>
  runs
    .filter(({ status, failure }) => status === 'FAILED' && failure !== undefined && isPassing(failure.type))
    .map(({ runId, failure }) => `run ${runId} failed with ${failure?.type ?? ''}, which passes`);

/** Where AWS is in trouble that passes, and nobody wants anything else, a run succeeds. */
const succeedsWhereAllPasses: AccountRule = ({ plan, runs }) =>
  PASSING_SCENARIOS.includes(plan.scenario ?? '')
    ? runs
        .filter(({ status }) => status !== 'COMPLETED')
        .map(({ runId, status, failure }) => `run ${runId} is ${status} (${failure?.type ?? ''}): all passes`)
    : [];

const RULES: readonly AccountRule[] = [
  everyRunEnds,
  oneInstanceAtATime,
  sameTokenSameParameters,
  oneRetrier,
  noCreateAfterTheEnd,
  noCreateAfterARefusal,
  successIsTrue,
  failureSaysWhatNext,
  goesOnWithItsOwn,
  failsForGood,
  succeedsWhereAllPasses,
];

/** Whether a refusal came to a worker that was then killed or frozen: its attempt is tried again later. */
function wasUnheard(refusedAt: string, nextAt: string, outages: readonly Outage[]): boolean {
  const [refused, next] = [Date.parse(refusedAt), Date.parse(nextAt)];
  const outage = outages.some(
    ({ from }) => Date.parse(from) >= refused - LATENCY_MS && Date.parse(from) <= next,
  );
  return outage && next - refused > LOST_ATTEMPT_MS;
}

/** Whether between a refusal and the next call somebody asked for what lets a run send a refused call once more. */
function wasSteered({ actions, fleetActions }: AccountEvidence, refusedAt: string, nextAt: string): boolean {
  return (
    hasAction(actions, ['retry', 'cancel', 'start'], ({ ended }) => ended >= refusedAt && ended <= nextAt) ||
    // A fleet passes on only what is for runs that are open.
    hasAction(
      fleetActions,
      ['retry', 'cancel'],
      ({ began, ended }) => began <= nextAt && Date.parse(ended) >= Date.parse(refusedAt) - FLEET_REACH_MS,
    )
  );
}
