import { defined } from '../../contract';
import { exitCodeForFleet, follow } from './follow';
import { printFleet } from './output';
import { printJson } from '../output';
import { checkFleetName, withClient, type CommonOptions } from '../with-client';

/** Shows where a fleet stands, and the rate that was set for its task queue. */
export async function status(name: string, { json }: CommonOptions): Promise<number> {
  checkFleetName(name);
  return withClient(async (client) => {
    const [found, callsPerSecond] = [await client.fleets.status(name), await client.rate()];
    if (json) printJson({ ...found, ...defined({ callsPerSecond }) });
    else printFleet(found, callsPerSecond);
    return exitCodeForFleet(found);
  });
}

/** Follows a fleet to its end: live for people, a JSON document each time that something changes. */
export async function watch(name: string, options: CommonOptions): Promise<number> {
  checkFleetName(name);
  return withClient((client) => follow(client, name, options, true));
}
