import type { FleetStatus, IdentityCenterClient } from '../../client';
import { FLEET_STEERING, FLEET_STAGES, type FleetSteer, type FleetProgress } from '../../contract';
import { EXIT, UsageError } from '../exit-codes';
import { readFleetInput, type FleetInputOptions } from './manifest';
import { printFleet, showFleet } from './output';
import { print, printJson } from '../output';
import { checkFleetName, withClient, type CommonOptions } from '../with-client';

export interface FleetStartOptions extends CommonOptions, FleetInputOptions {
  rate?: number | 'none';
  wait: boolean;
}

export interface FleetSetOptions extends CommonOptions {
  maxConcurrent?: number;
  rate?: number | 'none';
}

/** @returns the exit code, as every verb does */
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

export async function status(name: string, { json }: CommonOptions): Promise<number> {
  checkFleetName(name);
  return withClient(async (client) => {
    const [found, callsPerSecond] = [await client.fleets.status(name), await client.rate()];
    if (json) printJson({ ...found, ...(callsPerSecond !== undefined && { callsPerSecond }) });
    else printFleet(found, callsPerSecond);
    return exitCodeOfFleet(found);
  });
}

export async function watch(name: string, options: CommonOptions): Promise<number> {
  checkFleetName(name);
  return withClient((client) => follow(client, name, options, true));
}

export async function order(name: string, what: FleetSteer, { json }: CommonOptions): Promise<number> {
  checkFleetName(name);
  return withClient(async (client) => {
    sayOrdered(name, await client.fleets.order(name, what), FLEET_STEERING[what], json);
    return EXIT.done;
  });
}

export async function adjust(name: string, { json, maxConcurrent, rate }: FleetSetOptions): Promise<number> {
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
    const what = [
      ...(maxConcurrent === undefined ? [] : [`${maxConcurrent} accounts at once`]),
      ...(rate === undefined
        ? []
        : [
            `task queue ${client.taskQueue}: ${rate === 'none' ? 'no limit' : `${rate} calls a second for all its runs, until it is set again`}`,
          ]),
    ];
    sayOrdered(name, progress, `${what.join(', ')}.`, json);
    return EXIT.done;
  });
}

export function setRate(client: IdentityCenterClient, rate: number | 'none'): Promise<void> {
  return client.setRate(rate === 'none' ? undefined : rate);
}

export async function cancel(name: string, options: CommonOptions & { wait: boolean }): Promise<number> {
  checkFleetName(name);
  return withClient(async (client) => {
    await client.fleets.cancel(name);
    if (options.wait) {
      const code = await follow(client, name, options);
      return code === EXIT.cancelled ? EXIT.done : code || EXIT.failed;
    }
    if (options.json) printJson({ name });
    else print(`Fleet ${name}: asked to stop. Follow it with: identity-center fleet watch ${name}`);
    return EXIT.done;
  });
}

/** Follows a fleet to its end: live for people; as JSON its last status, or each. */
async function follow(
  client: IdentityCenterClient,
  name: string,
  { json }: CommonOptions,
  each = false,
): Promise<number> {
  let last: FleetStatus | undefined;
  const statuses = client.fleets.watch(name);
  if (json) {
    for await (const seen of statuses) {
      if (each) printJson(seen);
      last = seen;
    }
    if (!each) printJson(last);
  } else {
    last = await showFleet(statuses);
    printFleet(last);
  }
  if (last === undefined) throw new Error(`Fleet ${name} gave no status`);
  return exitCodeOfFleet(last);
}

function sayOrdered(name: string, progress: FleetProgress, what: string, json = false): void {
  if (json) printJson(progress);
  else print(`Fleet ${name}: ${what} Follow it with: identity-center fleet watch ${name}`);
}

/** Skipped accounts are none that were done. */
function exitCodeOfFleet({ status: state, failed, skipped, cancelled }: FleetStatus): number {
  if (state === 'RUNNING') return EXIT.running;
  if (state === 'CANCELLED') return EXIT.cancelled;
  return state === 'COMPLETED' && failed + skipped + cancelled === 0 ? EXIT.done : EXIT.failed;
}
