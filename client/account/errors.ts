import {
  describeRequestDifferences,
  SEARCH_ATTRIBUTES,
  type AccountStatus,
  type FieldDifference,
  type ProgressFailure,
  type Steer,
  utc,
} from '../../contract';
import { IdentityCenterError } from '../errors';

/** The base of the errors about the run of one account. */
export abstract class AccountError extends IdentityCenterError {
  constructor(
    readonly accountId: string,
    message: string,
  ) {
    super(`Account ${accountId}: ${message}`);
  }
}

/** Thrown where a request differs from that of the account's open run, which goes on as it is. */
export class RequestDiffersError extends AccountError {
  override readonly name = 'RequestDiffersError';
  readonly category = 'usage';

  constructor(
    accountId: string,
    readonly differences: readonly FieldDifference[],
  ) {
    super(
      accountId,
      `an open run was asked for something else: ${describeRequestDifferences(differences)}. ` +
        'Wait for it with the same request, or cancel it and start again.',
    );
  }
}

/** Thrown where an open run has the account's workflow ID that does not do what is asked: of another kind, or about to end. */
export class OtherRunOpenError extends AccountError {
  override readonly name = 'OtherRunOpenError';
  readonly category = 'usage';

  /** @param why what is the matter with it, where its type does not say it */
  constructor(
    accountId: string,
    readonly workflowType: string,
    readonly why?: string,
  ) {
    super(
      accountId,
      `a run of ${workflowType}${why === undefined ? '' : ` ${why}`} is open. Wait until it has ended, or end it (identity-center cancel ${accountId}); then start again.`,
    );
  }
}

/** Thrown where the server neither starts a run, as one of its ID is open, nor shows any that is; nothing was started. */
export class NotStartedError extends AccountError {
  override readonly name = 'NotStartedError';
  readonly category = 'unreachable';

  constructor(accountId: string) {
    super(
      accountId,
      `the Temporal server starts no run, as it has one, and shows none that is open. Look with "identity-center status ${accountId}", then try again.`,
    );
  }
}

/** Thrown where the open run of an account waits on another task queue, and no worker answers there. */
export class OtherTaskQueueError extends AccountError {
  override readonly name = 'OtherTaskQueueError';
  readonly category = 'unreachable';

  /**
   * @param taskQueue that of the open run
   * @param expected that of whoever asks
   */
  constructor(
    accountId: string,
    readonly taskQueue: string,
    readonly expected: string,
  ) {
    super(
      accountId,
      `an open run waits on task queue ${taskQueue}, where no worker answers; workers of ${expected} never see it. ` +
        `Start a worker there (IDENTITY_CENTER_TASK_QUEUE=${taskQueue} identity-center worker), or end the run ` +
        `(temporal workflow terminate --workflow-id identity-center/${accountId}) and start again.`,
    );
  }
}

/** Thrown where an account has no run, or no open one and one is needed. */
export class NoRunError extends AccountError {
  override readonly name = 'NoRunError';
  readonly category = 'usage';

  constructor(accountId: string, what: 'no run' | 'no open run') {
    const look = what === 'no run' ? '' : ` How the last one ended: identity-center status ${accountId}.`;
    super(
      accountId,
      `there is ${what}.${look} Start one with: identity-center provision ${accountId} --region REGION`,
    );
  }
}

/** Thrown where steering (`pause`, `resume`, `retry`, `abort`) makes no sense where the run stands; nothing has changed. */
export class SteeringRefusedError extends AccountError {
  override readonly name = 'SteeringRefusedError';
  readonly category = 'usage';

  constructor(
    accountId: string,
    readonly order: Steer,
    readonly reason: string,
  ) {
    super(accountId, `${order} changed nothing: ${reason}.`);
  }
}

/** Thrown where no worker has taken the steering of a run within 10 s; the first that comes may still. */
export class NoWorkerError extends AccountError {
  override readonly name = 'NoWorkerError';
  readonly category = 'unreachable';

  constructor(
    accountId: string,
    readonly order: Steer,
  ) {
    super(
      accountId,
      `no worker has answered. Start one with "identity-center worker"; it may still carry "${order}" out, so look with "identity-center status ${accountId}" before you give the order again.`,
    );
  }
}

/** Thrown at the end of a list by stage that may lack open runs: only a worker could say where they stand. */
export class StagesUnknownError extends IdentityCenterError {
  override readonly name = 'StagesUnknownError';
  readonly category = 'unreachable';

  constructor(readonly accountIds: readonly string[]) {
    super(
      `The stage of ${accountIds.length} open run(s) is not known, as no worker answers: ${accountIds.slice(0, 5).join(', ')}${accountIds.length > 5 ? ', …' : ''}. Start one with "identity-center worker".`,
    );
  }
}

/** Thrown where accounts are to be chosen by a search attribute that the namespace does not know. */
export class NotSearchableError extends IdentityCenterError {
  override readonly name = 'NotSearchableError';
  readonly category = 'usage';

  constructor(readonly filter: 'fleet' | 'region') {
    super(
      `${filter}: the namespace does not know the search attribute ${SEARCH_ATTRIBUTES[filter].name}, so accounts cannot be chosen by it. "identity-center doctor --fix" registers it for later runs.${filter === 'fleet' ? ' The accounts of a fleet, without it: identity-center fleet report <name>.' : ''}`,
    );
  }
}

/** Thrown to whoever waits for the result of a run that has failed. */
export class RunFailedError extends IdentityCenterError {
  override readonly name = 'RunFailedError';
  readonly category = 'failed';

  constructor(
    readonly accountId: string,
    readonly failure: ProgressFailure,
  ) {
    super(failure.message);
  }
}

/** Thrown to whoever waits for the result of a run that was cancelled. */
export class RunCancelledError extends AccountError {
  override readonly name = 'RunCancelledError';
  readonly category = 'cancelled';

  /** @param left the instance that the run left, if there is one */
  constructor(
    accountId: string,
    readonly left?: string,
  ) {
    super(accountId, `the run was cancelled.${left === undefined ? '' : ` It left ${left}.`}`);
  }
}

/** Thrown to whoever waits for the result of a run that is held: it goes on once a person has said `retry` or `abort`. */
export class RunHeldError extends AccountError {
  override readonly name = 'RunHeldError';
  readonly category = 'running';
  /** Why it is held. */
  readonly failure: ProgressFailure | undefined;
  /** When it stops waiting and fails, ISO 8601. */
  readonly heldUntil: string | undefined;

  constructor({ accountId, failure, heldUntil }: Pick<AccountStatus, 'accountId' | 'failure' | 'heldUntil'>) {
    const why = failure === undefined ? '' : ` ${failure.whatHappened} ${failure.remedy ?? ''}`.trimEnd();
    const until = heldUntil === undefined ? '' : `, until ${utc(heldUntil)}`;
    super(
      accountId,
      `the run is held${until}.${why} Go on with: identity-center retry ${accountId}; or end it with: identity-center abort ${accountId} --reason …`,
    );
    [this.failure, this.heldUntil] = [failure, heldUntil];
  }
}

/** Thrown to whoever has waited for a run for as long as they meant to; it goes on. */
export class StillRunningError extends AccountError {
  override readonly name = 'StillRunningError';
  readonly category = 'running';
  /** The command that follows it. */
  readonly next: string;

  /** @param status where it stood last, where that was looked at */
  constructor(
    accountId: string,
    readonly timeout: string,
    readonly status?: AccountStatus,
  ) {
    const next = `identity-center watch ${accountId}`;
    super(accountId, `still running after ${timeout}, and goes on; follow it with: ${next}`);
    this.next = next;
  }
}
