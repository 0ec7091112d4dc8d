import { FLEET_STAGES } from '../../contract';
import { EXIT } from '../exit-codes';
import { follow } from './follow';
import { readFleetInput, type FleetInputOptions } from './manifest';
import { setRate, type Rate } from './steer';
import { print, printJson } from '../output';
import { withClient, type CommonOptions } from '../with-client';

export interface FleetStartOptions extends CommonOptions, FleetInputOptions {
  rate?: Rate;
  wait: boolean;
}

/** Starts a fleet, or joins the open one of its name, and follows it to its end. */
export async function start(manifest: string, options: FleetStartOptions): Promise<number> {
  // Before anything is connected to: what is wrong here is wrong with any server.
  const input = readFleetInput(manifest, options);
  return withClient(async (client) => {
    if (options.rate !== undefined) await setRate(client, options.rate);
    const fleet = await client.fleets.start(input);
    const { name, workflowId, joined, stage = 'running' } = fleet;
    const how = joined
      ? `joined the open one${stage === 'running' ? '' : `, which is ${stage}: ${FLEET_STAGES[stage]}`}`
      : `started with ${input.accounts.length} accounts`;
    if (!options.json)
      print(`Fleet ${name}: ${how}, ${workflowId}. Follow it with: identity-center fleet watch ${name}`);
    if (options.wait) return follow(client, name, options);
    if (options.json) printJson(fleet);
    return EXIT.done;
  });
}
