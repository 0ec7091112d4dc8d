import { ApplicationFailure } from '@temporalio/workflow';
import type { CreateAnswer } from '../../activities';
import { describeFailure, FAILURES } from '../../contract';
import { situationOf } from '../shared/failure';
import type { AskedInstance } from './activities';
import { FleetPlace } from './fleet-place';
import type { Provisioning } from './state';

/** How CreateInstance ended. */
export type CreateOutcome =
  | { status: 'created'; answer: CreateAnswer }
  /** A conflict with an instance, or with a write that has not propagated. */
  | { status: 'conflict'; failure: ApplicationFailure }
  /** Refused for good. */
  | { status: 'refused'; failure: ApplicationFailure }
  | { status: 'timedOut'; failure: ApplicationFailure };

/**
 * Calls CreateInstance until AWS has answered for good, or until the time is over. The server tries again; only what the
 * run has to know of comes back in between.
 *
 * @param until on the clock of the run's `work`
 */
export async function create(run: Provisioning, asked: AskedInstance, until: number): Promise<CreateOutcome> {
  const place = new FleetPlace(run.state.request.accountId);
  const outcome = await tryToCreate(run, asked, until, place);
  await place.take();
  return outcome;
}

async function tryToCreate(
  { state, status, work, activities }: Provisioning,
  asked: AskedInstance,
  until: number,
  place: FleetPlace,
): Promise<CreateOutcome> {
  const since = work.now();
  try {
    for (;;) {
      const span = { since, until };
      const answer = await activities.createInstance(asked, span, state, place.isGiven);
      if ('instanceArn' in answer) return { status: 'created', answer };
      const { failure, goOnAfterMs } = answer;
      status.showFailure(describeFailure(failure));
      if (isNotReady(failure)) await place.give({ why: 'notReady' });
      await work.rest(goOnAfterMs, 'backs off');
      if (state.existedBefore !== undefined) continue;
      // Nothing was sent. As long as the look does not come through nothing will be, and the run knows it.
      state.looked(await activities.listInstances(span));
      await place.take();
    }
  } catch (error) {
    if (error instanceof ApplicationFailure) return refusal(error);
    throw error;
  }
}

function isNotReady(failure: ApplicationFailure): boolean {
  const situation = situationOf(failure);
  return situation !== undefined && FAILURES[situation].retry === 'untilAccountReady';
}

/** Turns what CreateInstance ended with into a value; throws what the run has to stop with. */
function refusal(failure: ApplicationFailure): CreateOutcome {
  switch (situationOf(failure)) {
    case 'aborted':
      throw failure;
    case 'createTimeout':
      return { status: 'timedOut', failure };
    case 'conflict':
      return { status: 'conflict', failure };
    default:
      return { status: 'refused', failure };
  }
}
