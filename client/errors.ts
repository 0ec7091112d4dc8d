import {
  describeProblems,
  type FieldDifference,
  type Problem,
  type ProgressFailure,
  type Steer,
} from '../contract';

/** The request is not valid; nothing was sent. */
export class InvalidRequestError extends Error {
  override readonly name = 'InvalidRequestError';

  constructor(readonly problems: readonly Problem[]) {
    super(`The request is not valid. ${describeProblems(problems)}`);
  }
}

/** The account has an open run that was asked for something else; it goes on as it is. */
export class RequestDiffersError extends Error {
  override readonly name = 'RequestDiffersError';

  constructor(
    readonly accountId: string,
    readonly differences: readonly FieldDifference[],
  ) {
    const fields = differences.map(
      ({ field, running, asked }) => `${field} is ${show(running)}, asked ${show(asked)}`,
    );
    super(
      `Account ${accountId}: an open run was asked for something else: ${fields.join('; ')}. ` +
        'Wait for it with the same request, or cancel it and start again.',
    );
  }
}

function show(value: unknown): string {
  return value === undefined ? 'not set' : JSON.stringify(value);
}

/** The account's workflow ID is taken by an open run of another kind. */
export class OtherRunOpenError extends Error {
  override readonly name = 'OtherRunOpenError';

  constructor(
    readonly accountId: string,
    readonly workflowType: string,
  ) {
    super(
      `Account ${accountId}: a run of ${workflowType} is open. Wait until it has ended, or end it (identity-center cancel ${accountId}); then start again.`,
    );
  }
}

/** The account has no run, or no open one where one is needed. */
export class NoRunError extends Error {
  override readonly name = 'NoRunError';

  constructor(
    readonly accountId: string,
    what: 'no run' | 'no open run',
  ) {
    const look = what === 'no run' ? '' : ` How the last one ended: identity-center status ${accountId}.`;
    super(
      `Account ${accountId}: there is ${what}.${look} Start one with: identity-center provision ${accountId} --region REGION`,
    );
  }
}

/** An order (`pause`, `resume`, `retry`, `abort`) makes no sense where the run stands; nothing has changed. */
export class SteeringRefusedError extends Error {
  override readonly name = 'SteeringRefusedError';

  constructor(
    readonly accountId: string,
    readonly order: Steer,
    readonly reason: string,
  ) {
    super(`Account ${accountId}: ${order} changed nothing: ${reason}.`);
  }
}

/** No worker took an order in time; the first that comes may still. */
export class NoWorkerError extends Error {
  override readonly name = 'NoWorkerError';

  constructor(
    readonly accountId: string,
    readonly order: Steer,
  ) {
    super(
      `Account ${accountId}: no worker has answered. Start one with "identity-center worker"; it may still carry "${order}" out, so look with "identity-center status ${accountId}" before you give the order again.`,
    );
  }
}

/** Open runs that a list by stage may have left out: only a worker could say where they stand. */
export class StagesUnknownError extends Error {
  override readonly name = 'StagesUnknownError';

  constructor(readonly accountIds: readonly string[]) {
    super(
      `The stage of ${accountIds.length} open run(s) is not known, as no worker answers: ${accountIds.slice(0, 5).join(', ')}${accountIds.length > 5 ? ', …' : ''}. Start one with "identity-center worker".`,
    );
  }
}

/** The run ended with a failure. */
export class RunFailedError extends Error {
  override readonly name = 'RunFailedError';

  constructor(
    readonly accountId: string,
    readonly failure: ProgressFailure,
  ) {
    super(failure.message);
  }
}

/** The run was cancelled. */
export class RunCancelledError extends Error {
  override readonly name = 'RunCancelledError';

  /** @param left the instance that the run left, if there is one */
  constructor(
    readonly accountId: string,
    readonly left?: string,
  ) {
    super(`Account ${accountId}: the run was cancelled.${left === undefined ? '' : ` It left ${left}.`}`);
  }
}

/** The Temporal server does not answer. */
export class TemporalUnreachableError extends Error {
  override readonly name = 'TemporalUnreachableError';

  constructor(
    readonly address: string,
    override readonly cause: unknown,
  ) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `No Temporal server answers at ${address} (${reason.replace(/\s+/g, ' ').slice(0, 200)}). ` +
        'Start one with "identity-center up", or set TEMPORAL_ADDRESS (and TEMPORAL_NAMESPACE, TEMPORAL_PROFILE) to yours.',
      { cause },
    );
  }
}

/** No fleet of that name was ever started, or is open where one is needed. */
export class NoFleetError extends Error {
  override readonly name = 'NoFleetError';

  constructor(readonly fleet: string) {
    super(
      `Fleet ${fleet}: there is none of that name, or it has ended. Look with: identity-center fleet status ${fleet}; start one with: identity-center fleet start <manifest> --name ${fleet}`,
    );
  }
}

/** A fleet of that name is open with other accounts or options; it goes on as it is. */
export class FleetDiffersError extends Error {
  override readonly name = 'FleetDiffersError';

  constructor(
    readonly fleet: string,
    readonly fields: readonly string[],
  ) {
    super(
      `Fleet ${fleet}: it is open with other ${fields.join(', ')}. Wait until it has ended, cancel it, or give this one another name.${
        fields.includes('maxConcurrent')
          ? ` The window of the open one is changed with: identity-center fleet set ${fleet} --max-concurrent <n>`
          : ''
      }`,
    );
  }
}

/** No worker polls the task queue, so nothing would come of what was asked. */
export class NoPollerError extends Error {
  override readonly name = 'NoPollerError';

  constructor(readonly taskQueue: string) {
    super(
      `No worker polls task queue ${taskQueue}. Start one with "identity-center worker" (IDENTITY_CENTER_TASK_QUEUE names the queue), then try again.`,
    );
  }
}

/** A page of a plan did not come back. */
export class PlanFailedError extends Error {
  override readonly name = 'PlanFailedError';

  constructor(workflowId: string, cause: Error) {
    super(
      `The plan did not come back (${workflowId}: ${cause.message}). Check that workers of this release run, with "identity-center doctor"; then plan again.`,
      { cause },
    );
  }
}

/** The fleet has failed, as one whose request is not valid does. */
export class FleetFailedError extends Error {
  override readonly name = 'FleetFailedError';

  constructor(
    readonly fleet: string,
    reason: string,
  ) {
    super(`Fleet ${fleet}: ${reason.replace(/^Fleet: /, '')}`);
  }
}

/** No worker has answered for a fleet within 10 s; what it was asked for may still be carried out. */
export class FleetUnansweredError extends Error {
  override readonly name = 'FleetUnansweredError';

  constructor(readonly fleet: string) {
    super(
      `Fleet ${fleet}: no worker has answered. Start one with "identity-center worker", then look with "identity-center fleet status ${fleet}" before you ask again.`,
    );
  }
}

/** The order makes no sense where the fleet stands. */
export class FleetRefusedError extends Error {
  override readonly name = 'FleetRefusedError';

  constructor(
    readonly fleet: string,
    order: string,
    reason: string,
  ) {
    super(`Fleet ${fleet}: ${order} was refused: ${reason}.`);
  }
}
