import { IdentityCenterError } from '../errors';

/** Thrown where no fleet of a name was ever started, or none is open and one is needed. */
export class NoFleetError extends IdentityCenterError {
  override readonly name = 'NoFleetError';
  readonly category = 'usage';

  constructor(readonly fleet: string) {
    super(
      `Fleet ${fleet}: there is none of that name that Temporal knows, or it has ended. Look with: identity-center fleet status ${fleet}; start one with: identity-center fleet start <manifest> --fleet-name ${fleet}`,
    );
  }
}

/** Thrown where a fleet of the name is open with other accounts or options; it goes on as it is. */
export class FleetDiffersError extends IdentityCenterError {
  override readonly name = 'FleetDiffersError';
  readonly category = 'usage';

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

/** Thrown where steering a fleet, or starting it, makes no sense where it stands; nothing has changed. */
export class FleetRefusedError extends IdentityCenterError {
  override readonly name = 'FleetRefusedError';
  readonly category = 'usage';

  constructor(
    readonly fleet: string,
    asked: string,
    reason: string,
  ) {
    super(`Fleet ${fleet}: ${asked} was refused: ${reason}.`);
  }
}

/** Thrown where no worker has answered for a fleet within 10 s; what it was asked for may still be carried out. */
export class FleetUnansweredError extends IdentityCenterError {
  override readonly name = 'FleetUnansweredError';
  readonly category = 'unreachable';

  constructor(readonly fleet: string) {
    super(
      `Fleet ${fleet}: no worker has answered. Start one with "identity-center worker", then look with "identity-center fleet status ${fleet}" before you ask again.`,
    );
  }
}

/** Thrown where a fleet has failed, as one does whose request is not valid. */
export class FleetFailedError extends IdentityCenterError {
  override readonly name = 'FleetFailedError';
  readonly category = 'failed';

  constructor(
    readonly fleet: string,
    reason: string,
  ) {
    super(`Fleet ${fleet}: ${reason}`);
  }
}

/** Thrown where a page of a plan did not come back. */
export class PlanFailedError extends IdentityCenterError {
  override readonly name = 'PlanFailedError';
  readonly category = 'unreachable';

  constructor(workflowId: string, cause: Error) {
    super(
      `The plan did not come back (${workflowId}: ${cause.message}). Check that workers of this release run, with "identity-center doctor"; then plan again.`,
      { cause },
    );
  }
}
