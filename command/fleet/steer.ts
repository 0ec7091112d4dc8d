import type { IdentityCenterClient } from '../../client';
import { describeFleetStage, type FleetProgress, type FleetSteer, type SteeredFleet } from '../../contract';
import { UsageError } from '../errors';
import { EXIT } from '../exit-codes';
import { print, printJson } from '../output';
import { counted, grouped } from '../words';
import { checkFleetName, withClient, type CommonOptions } from '../with-client';

/** What `--rate` asks for: calls a second, or that there be no limit. */
export type Rate = number | 'none';

export const pause = steering('pause');
export const resume = steering('resume');
export const retry = steering('retry');

/** Says what came of steering a fleet. */
const SAID: Record<FleetSteer, (fleet: SteeredFleet) => string> = {
  pause: ({ name, waiting, open, held }) =>
    `${counted(waiting, 'account')} not begun and ${counted(open - held, 'open run')} without writes to AWS, until: identity-center fleet resume ${name}`,
  resume: (fleet) => `goes on: ${describeFleetStage(fleet)}`,
  retry: ({ retried = { failed: 0, held: 0, notReady: 0 } }) => {
    const { failed, held, notReady } = retried;
    return failed + held + notReady === 0
      ? 'nothing to try again: no account has failed, is held, or is not ready'
      : `tries again ${counted(failed + held + notReady, 'account')}: ${grouped(failed)} failed, ${grouped(held)} held, ${grouped(notReady)} not ready`;
  },
};

/** Makes the verb that steers a fleet, and shows what came of it. */
function steering(what: FleetSteer) {
  return async (name: string, { json }: CommonOptions): Promise<number> => {
    checkFleetName(name);
    return withClient(async (client) => {
      const fleet = await client.fleets.steer(name, what);
      saySteered(fleet, `${fleet.note === undefined ? '' : `${fleet.note}; `}${SAID[what](fleet)}`, json);
      return EXIT.done;
    });
  };
}

/** Changes the window of a fleet, the rate of its task queue, or both. */
export async function set(
  name: string,
  { json, maxConcurrent, rate }: CommonOptions & { maxConcurrent?: number; rate?: Rate },
): Promise<number> {
  if (maxConcurrent === undefined && rate === undefined)
    throw new UsageError('fleet set: say what to change: --max-concurrent or --rate');
  checkFleetName(name);
  return withClient(async (client) => {
    // First what may be refused.
    const progress =
      maxConcurrent === undefined
        ? await client.fleets.status(name)
        : await client.fleets.adjust(name, { maxConcurrent });
    if (rate !== undefined) await setRate(client, rate);
    const said = [
      maxConcurrent === undefined
        ? ''
        : `${counted(maxConcurrent, 'account')} at once (${grouped(progress.open)} open, ${grouped(progress.waiting)} waiting)`,
      rate === undefined ? '' : `task queue ${client.taskQueue}: ${describeRate(rate)}`,
    ];
    saySteered(progress, said.filter(Boolean).join(', '), json);
    return EXIT.done;
  });
}

function describeRate(rate: Rate): string {
  return rate === 'none' ? 'no limit' : `${rate} calls a second for all its runs, until it is set again`;
}

export function setRate(client: IdentityCenterClient, rate: Rate): Promise<void> {
  return client.setRate(rate === 'none' ? undefined : rate);
}

function saySteered(progress: FleetProgress, what: string, json = false): void {
  const { name } = progress;
  if (json) printJson(progress);
  else print(`Fleet ${name}: ${what}. Follow it with: identity-center fleet watch ${name}`);
}
