import { IdentityCenterError } from '../errors';
import type { FleetStatus } from './status';

/** Thrown of a fleet, which it names. */
export abstract class FleetError extends IdentityCenterError {
  constructor(
    readonly fleet: string,
    words: string,
  ) {
    super(`Fleet ${fleet}: ${words}`);
  }
}

const NONE = {
  'no fleet': 'there is none of that name that Temporal knows',
  'no open fleet': 'none of that name is open; it may have ended',
  'no begun fleet': 'the last of that name was ended before a worker took it, and has nothing to show',
};

/** Thrown where no fleet of a name was ever started, or none is open and one is needed. */
export class NoFleetError extends FleetError {
  override readonly name = 'NoFleetError';
  readonly category = 'usage';

  constructor(fleet: string, what: 'no fleet' | 'no open fleet' | 'no begun fleet') {
    super(
      fleet,
      `${NONE[what]}. Which there are: identity-center fleet list; start one with: identity-center fleet start <manifest> --fleet-name ${fleet}`,
    );
  }
}

/** Thrown where a fleet of the name is open with other accounts or options; it goes on as it is. */
export class FleetDiffersError extends FleetError {
  override readonly name = 'FleetDiffersError';
  readonly category = 'usage';

  constructor(
    fleet: string,
    readonly fields: readonly string[],
  ) {
    super(
      fleet,
      `it is open with other ${fields.join(', ')}. Wait until it has ended, cancel it, or give this one another name. To follow it as it is: identity-center fleet watch ${fleet}.${
        fields.includes('maxConcurrent')
          ? ` The window of the open one is changed with: identity-center fleet set ${fleet} --max-concurrent <n>`
          : ''
      }`,
    );
  }
}

/** Thrown where steering a fleet, or starting it, makes no sense where it stands; nothing has changed. */
export class FleetRefusedError extends FleetError {
  override readonly name = 'FleetRefusedError';
  readonly category = 'usage';

  constructor(fleet: string, asked: string, reason: string) {
    super(fleet, `${asked} was refused: ${reason}.`);
  }
}

/**
 * Thrown where no worker has answered for a fleet within 10 s, or 30 s where one polls its task queue; what it was asked for
 * may still be carried out.
 */
export class FleetUnansweredError extends FleetError {
  override readonly name = 'FleetUnansweredError';
  readonly category = 'unreachable';

  constructor(fleet: string) {
    super(
      fleet,
      `no worker has answered. Start one with "identity-center worker", then look with "identity-center fleet status ${fleet}" before you ask again.`,
    );
  }
}

/** Thrown where a fleet has failed, as one does whose request is not valid. */
export class FleetFailedError extends FleetError {
  override readonly name = 'FleetFailedError';
  readonly category = 'failed';
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

/** Thrown to whoever waits for the result of a fleet of which only held accounts are left: they wait for a person. */
export class FleetHeldError extends FleetError {
  override readonly name = 'FleetHeldError';
  readonly category = 'running';

  constructor(readonly status: FleetStatus) {
    const { name, held } = status;
    super(
      name,
      `only held accounts are left (${held}), and they wait for a person. Which, and why: identity-center list --stage held; go on with: identity-center fleet retry ${name}`,
    );
  }
}

/** Thrown to whoever has waited for a fleet for as long as they meant to; it goes on. */
export class FleetStillRunningError extends FleetError {
  override readonly name = 'FleetStillRunningError';
  readonly category = 'running';
  /** The command that follows it. */
  readonly next: string;

  /** @param status where it stood last, where that was looked at */
  constructor(
    fleet: string,
    readonly timeout: string,
    readonly status?: FleetStatus,
  ) {
    const next = `identity-center fleet watch ${fleet}`;
    super(fleet, `still running after ${timeout}, and goes on; follow it with: ${next}`);
    this.next = next;
  }
}

/** Thrown to whoever has waited for a plan for as long as they meant to; nothing of it goes on. */
export class PlanBrokenOffError extends IdentityCenterError {
  override readonly name = 'PlanBrokenOffError';
  readonly category = 'running';

  constructor(
    readonly timeout: string,
    /** Accounts of which it is known what a fleet would do. */
    readonly planned: number,
    readonly accounts: number,
  ) {
    super(
      `The plan was broken off after ${timeout}, with ${planned} of ${accounts} accounts looked at; nothing was written to AWS. Plan again with a longer time-out, or fewer accounts.`,
    );
  }
}
