import { defined, WORKFLOW_ID_TAG, type Correction } from '../../contract';
import type { RecordedCall } from '../../sandbox/emulator';
import { hasAction, type ActionRecord } from '../actions';
import {
  isDuring,
  isProvision,
  ourCalls,
  ourCreates,
  type AccountEvidence,
  type AccountRule,
  type RunRecord,
} from './evidence';
import type { AccountAction } from './plan';
import { accountRequest } from './play';

/** The longest that an attempt which was under way may take to send its call. */
const UNDER_WAY_MS = 30_000;
const PASSIVE: readonly AccountAction['type'][] = [
  'await',
  'setFaults',
  'forgetSessions',
  'garbage',
  'start',
  'pause',
  'ownerCreates',
  'ownerDeletes',
];
const WRITES = ['CreateInstance', 'DeleteInstance'];

type Done = ActionRecord<AccountAction>;

/** A pause keeps writes back until somebody says otherwise: no more than the call that was under way is sent. */
const keepsPauses: AccountRule = (evidence) =>
  answered(evidence, 'pause').flatMap(({ record, index, run }) => {
    // Whoever is paused goes on only if somebody does something; what is asked in between may be refused.
    const next = evidence.actions.slice(index + 1).find((record) => !isPassive(record));
    const until = earliest(next?.began, run.closedAt);
    return sentTooMany(writesBetween(evidence, record.ended, until), record.ended).map(
      (call) => `${call.operation} at ${call.time}, while run ${run.runId} was paused since ${record.ended}`,
    );
  });

/** Whether an action cannot end a pause. */
function isPassive({ action: { type }, outcome }: Done): boolean {
  return PASSIVE.includes(type) || outcome === 'SteeringRefusedError';
}

/** A run whose abort was taken ends as aborted, whatever is asked of it after that, and writes nothing more. */
const keepsAborts: AccountRule = (evidence) =>
  [...answered(evidence, 'abort'), ...abortsOfHeld(evidence)].flatMap(({ record, run }) => {
    const { runId, status, failure, closedAt = '9' } = run;
    const isBy = (type: string) =>
      hasAction(evidence.actions, [type], ({ began }) => began >= record.began && began <= closedAt);
    const ended =
      (status === 'FAILED' && failure?.type === 'Aborted') ||
      (status === 'CANCELLED' && isBy('cancel')) ||
      (status === 'TERMINATED' && isBy('terminate'));
    const writes =
      status === 'FAILED' ? sentTooMany(writesBetween(evidence, record.ended, closedAt), record.ended) : [];
    return [
      ...(ended
        ? []
        : [`run ${runId} was aborted at ${record.ended}, and ended as ${status} ${failure?.type ?? ''}`]),
      ...writes.map(
        ({ operation, time }) => `${operation} at ${time}, when run ${runId} was aborted already`,
      ),
    ];
  });

/** A provisioning that was cancelled before its end does not end as if nobody had said so, however near its end it was. */
const keepsCancels: AccountRule = ({ actions, runs }) =>
  runs.filter(isProvision).flatMap(({ runId, status, startedAt, closedAt = '' }) => {
    const cancels = actions.filter(({ action, outcome, began, ended }) => {
      const isTaken = action.type === 'cancel' && outcome === 'done';
      return isTaken && began >= startedAt && ended < closedAt;
    });
    return status === 'COMPLETED'
      ? cancels.map(({ ended }) => `run ${runId} was cancelled at ${ended}, and ended as ${status}`)
      : [];
  });

/**
 * Aborts by signal, which nobody answers: the run was seen to be held, and stays so until it takes the signal in. It has to say
 * so itself as well: a worker's copy that has run ahead of the history answers with what may not come about.
 */
function abortsOfHeld({ actions, runs }: AccountEvidence): Steered[] {
  return actions.flatMap((record, index) => {
    const { action, outcome } = record;
    const before = actions[index - 1];
    const wasHeld =
      before?.action.type === 'await' && before.action.until === 'held' && before.outcome === 'done';
    const run = steeredRun(runs, record);
    const isSignal = action.type === 'abort' && action.answered !== true && outcome === 'done';
    const isHeld = run?.steps?.some(({ stage, at }) => stage === 'held' && at <= record.ended) === true;
    return isSignal && wasHeld && isHeld ? [{ record, index, run }] : [];
  });
}

/**
 * Every CreateInstance asks for the name and the tags of the request; where they were corrected, each with a new token for
 * the corrected ones.
 */
const asksAsCorrected: AccountRule = (evidence) =>
  evidence.runs.filter(isProvision).flatMap((run) => {
    const creates = ourCreates(evidence.calls).filter(({ time }) => isDuring(run, time));
    const corrections = correctionsOf(evidence, run);
    // Whether one that nobody has answered was taken is not known.
    if (corrections.some(({ isSure }) => !isSure)) return [];
    return creates.flatMap((call) => {
      const taken = corrections.filter(({ record }) => record.ended <= call.time);
      const isOpen = corrections.some(({ record }) => record.began <= call.time && record.ended > call.time);
      const last = taken.at(-1);
      if (isOpen) return [];
      const tokenIsOld =
        last !== undefined &&
        creates.some(({ token, time }) => token === call.token && time <= last.record.began);
      if (tokenIsOld)
        return isOfRollBack(evidence, call)
          ? []
          : [
              `CreateInstance at ${call.time} repeats a token from before the correction at ${last.record.ended}`,
            ];
      const asked = Object.assign(
        {},
        baseRequest(evidence),
        ...taken.map(({ correction }) => correction),
      ) as Correction;
      const { name, tags } = shown(call);
      return name === asked.name && sameTags(tags, asked.tags)
        ? []
        : [
            `CreateInstance at ${call.time} asks for ${JSON.stringify({ name, tags })}, not for ${JSON.stringify(asked)}`,
          ];
    });
  });

function baseRequest({ plan }: AccountEvidence): Correction {
  const { name, tags } = accountRequest(plan);
  return defined({ name, tags });
}

function correctionsOf({ actions }: AccountEvidence, run: RunRecord) {
  return actions.flatMap((record) => {
    const { action, outcome, began } = record;
    if (action.type !== 'retry' || action.correction === undefined) return [];
    if (began < run.startedAt || began > (run.closedAt ?? '9')) return [];
    // Refused, or without a run to take it: nothing came of it.
    if (['SteeringRefusedError', 'NoRunError'].includes(outcome)) return [];
    return [
      { record, correction: action.correction, isSure: action.answered === true && outcome === 'done' },
    ];
  });
}

/** Whether a call may come of a cancel: what was lost is asked once more, as it was. */
function isOfRollBack({ actions }: AccountEvidence, { time }: RecordedCall): boolean {
  return hasAction(actions, ['cancel'], ({ began }) => began <= time);
}

function shown({ parameters }: RecordedCall): Correction {
  const all = Object.entries(parameters?.tags ?? {});
  const tags = Object.fromEntries(all.filter(([key]) => key !== WORKFLOW_ID_TAG));
  return defined({ name: parameters?.name, tags });
}

function sameTags(a: Correction['tags'] = {}, b: Correction['tags'] = {}): boolean {
  const sorted = (tags: object) => JSON.stringify(Object.entries(tags).sort());
  return sorted(a) === sorted(b);
}

export const STEERING_RULES: readonly AccountRule[] = [
  keepsPauses,
  keepsAborts,
  keepsCancels,
  asksAsCorrected,
];

interface Steered {
  record: Done;
  index: number;
  run: RunRecord;
}

/** What a run has answered, that it takes it. Fleets that steer the same run would make it unclear whose word holds. */
function answered({ actions, runs, fleetActions }: AccountEvidence, type: AccountAction['type']): Steered[] {
  if (fleetActions.length > 0) return [];
  return actions.flatMap((record, index) => {
    const { action, outcome } = record;
    const isAnswered = action.type === type && 'answered' in action && outcome === 'done';
    const run = isAnswered ? steeredRun(runs, record) : undefined;
    return run === undefined ? [] : [{ record, index, run }];
  });
}

/** The run that an action reached: the only one that was open then. */
function steeredRun(runs: readonly RunRecord[], { began, ended }: Done): RunRecord | undefined {
  const open = runs.filter(({ startedAt, closedAt = '9' }) => startedAt <= ended && closedAt >= began);
  return open.length === 1 ? open[0] : undefined;
}

function writesBetween({ calls }: AccountEvidence, from: string, to: string): RecordedCall[] {
  return ourCalls(calls).filter(
    ({ operation, time }) => WRITES.includes(operation) && time > from && time < to,
  );
}

/** One call may have been under way; it is sent soon, or not at all. */
function sentTooMany(calls: readonly RecordedCall[], since: string): RecordedCall[] {
  return calls.filter(({ time }, index) => index > 0 || Date.parse(time) - Date.parse(since) > UNDER_WAY_MS);
}

function earliest(...times: (string | undefined)[]): string {
  return times.filter((time) => time !== undefined).sort()[0] ?? '9';
}
