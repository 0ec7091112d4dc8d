import type { IdentityCenterClient } from '../../client';
import { defined, FLEET_STEERING, type FleetProgress, type FleetSteer } from '../../contract';
import { UsageError } from '../errors';
import { EXIT, exitCodeForFleet } from '../exit-codes';
import { follow } from './follow';
import { print, printJson } from '../output';
import { checkFleetName, withClient, type CommonOptions } from '../with-client';

/** What `--rate` asks for: calls a second, or that there be no limit. */
export type Rate = number | 'none';

/** Steers a fleet, and shows what came of it. */
async function steer(name: string, { json }: CommonOptions, what: FleetSteer): Promise<number> {
  checkFleetName(name);
  return withClient(async (client) => {
    saySteered(await client.fleets.steer(name, what), FLEET_STEERING[what], json);
    return EXIT.done;
  });
}

export function pause(name: string, options: CommonOptions): Promise<number> {
  return steer(name, options, 'pause');
}

export function resume(name: string, options: CommonOptions): Promise<number> {
  return steer(name, options, 'resume');
}

export function retry(name: string, options: CommonOptions): Promise<number> {
  return steer(name, options, 'retry');
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
    const said = Object.values(
      defined({
        window: maxConcurrent === undefined ? undefined : `${maxConcurrent} accounts at once`,
        rate: rate === undefined ? undefined : `task queue ${client.taskQueue}: ${describeRate(rate)}`,
      }),
    );
    saySteered(progress, `${said.join(', ')}.`, json);
    return EXIT.done;
  });
}

function describeRate(rate: Rate): string {
  return rate === 'none' ? 'no limit' : `${rate} calls a second for all its runs, until it is set again`;
}

export function setRate(client: IdentityCenterClient, rate: Rate): Promise<void> {
  return client.setRate(rate === 'none' ? undefined : rate);
}

/** Asks a fleet to stop, and waits until it has ended. */
export async function cancel(name: string, options: CommonOptions & { wait: boolean }): Promise<number> {
  checkFleetName(name);
  return withClient(async (client) => {
    await client.fleets.cancel(name);
    if (options.wait) {
      const code = exitCodeForFleet(await follow(client.fleets.watch(name), options));
      return code === EXIT.cancelled ? EXIT.done : code || EXIT.failed;
    }
    if (options.json) printJson({ name });
    else print(`Fleet ${name}: asked to stop. Follow it with: identity-center fleet watch ${name}`);
    return EXIT.done;
  });
}

function saySteered(progress: FleetProgress, what: string, json = false): void {
  const { name } = progress;
  if (json) printJson(progress);
  else print(`Fleet ${name}: ${what} Follow it with: identity-center fleet watch ${name}`);
}
