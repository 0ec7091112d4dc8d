import { FleetStillRunningError, type FleetStatus, type IdentityCenterClient } from '../../client';
import { areOnlyHeldLeft, defined, FLEET_STAGES } from '../../contract';
import { EXIT, exitCodeForFleet, type StrictOption } from '../exit-codes';
import { sayIfInterrupted } from '../interrupt';
import { lastStatus } from '../live';
import { showLive } from './live';
import { readFleetInput, sayWhatIsSkipped, type FleetInputOptions } from './manifest';
import { printFleet } from './output';
import { setRate, type Rate } from './steer';
import { tellNews } from './tell-news';
import { print, printJson } from '../output';
import type { TimeoutOptions } from '../timeout';
import { uiLink } from '../ui-link';
import { counted } from '../words';
import { checkFleetName, withClient, type CommonOptions } from '../with-client';

/** How a fleet is followed. */
interface FollowOptions extends CommonOptions, TimeoutOptions {
  waitHeld?: boolean;
}

/** Starts a fleet, or joins the open one of its name, and follows it to its end. */
export async function start(
  manifest: string,
  options: FollowOptions & FleetInputOptions & StrictOption & { rate?: Rate; wait: boolean },
): Promise<number> {
  // Before anything is connected to: what is wrong here is wrong with any server.
  const { input, read } = readFleetInput(manifest, options);
  const { skipped = [], notes = [] } = read;
  sayWhatIsSkipped(manifest, read);
  return withClient(async (client) => {
    if (options.rate !== undefined) await setRate(client, options.rate);
    const fleet = await sayIfInterrupted(
      `Fleet ${input.name}: left before all of its accounts were sent; the same command sends the rest. Stop it with: identity-center fleet cancel ${input.name}`,
      () => client.fleets.start(input),
    );
    const { name, workflowId, joined, stage = 'running' } = fleet;
    const how = joined
      ? `joined the open one${stage === 'running' ? '' : `, which is ${stage}: ${FLEET_STAGES[stage]}`}`
      : `started with ${counted(input.accounts.length, 'account')}`;
    if (!options.json)
      print(`Fleet ${name}: ${how}, ${workflowId}. Follow it with: identity-center fleet watch ${name}`);
    const told = { manifest: { accounts: input.accounts.length, skipped, notes } };
    if (options.wait)
      return exitCodeForFleet(
        await follow(client, name, watchFleet(client, name, options), options, { told }),
        options,
      );
    if (options.json) printJson({ ...fleet, ...told });
    return EXIT.done;
  });
}

/** Shows where a fleet stands, and the rate that was set for its task queue. */
export async function status(name: string, { json }: CommonOptions): Promise<number> {
  checkFleetName(name);
  return withClient(async (client) => {
    const [found, callsPerSecond] = [await client.fleets.status(name), await client.rate()];
    const uiUrl = uiLink(client, found);
    if (json) printJson({ ...found, ...defined({ callsPerSecond, uiUrl }) });
    else printFleet(found, callsPerSecond, uiUrl);
    return exitCodeForFleet(found);
  });
}

/**
 * Follows a fleet to its end, or until only held accounts are left: live for people; as JSON, each change, and each account
 * that fails or is held.
 */
export async function watch(name: string, options: FollowOptions): Promise<number> {
  checkFleetName(name);
  return withClient(async (client) => {
    const statuses = watchFleet(client, name, options);
    const told = options.json ? tellNews(client, name, statuses) : statuses;
    return exitCodeForFleet(await follow(client, name, told, options, { each: true }));
  });
}

/** Held accounts may wait for days for a person; a pipeline does not. */
async function* watchFleet(
  client: IdentityCenterClient,
  name: string,
  { timeout, waitHeld }: FollowOptions,
): AsyncGenerator<FleetStatus> {
  for await (const status of client.fleets.watch(name, defined({ timeout }))) {
    yield status;
    if (waitHeld !== true && areOnlyHeldLeft(status)) return;
  }
}

/** Asks a fleet to stop, and waits until it has ended. */
export async function cancel(name: string, options: FollowOptions & { wait: boolean }): Promise<number> {
  checkFleetName(name);
  return withClient(async (client) => {
    await client.fleets.cancel(name);
    if (options.wait) {
      // It may be seen once more as it was before it heard of the cancel.
      const statuses = watchFleet(client, name, { ...options, waitHeld: true });
      const code = exitCodeForFleet(await follow(client, name, statuses, options));
      return code === EXIT.cancelled ? EXIT.done : code || EXIT.failed;
    }
    if (options.json) printJson({ name });
    else print(`Fleet ${name}: asked to stop. Follow it with: identity-center fleet watch ${name}`);
    return EXIT.done;
  });
}

function printEvent(status: FleetStatus): void {
  printJson({ event: 'status', ...status });
}

/**
 * Shows a fleet as it goes: live for people, its last status as JSON. At the time-out it says so, with the command that follows
 * the fleet; an interruption says so as well.
 *
 * @param each as JSON every status, not only the last
 * @param told what the last status as JSON says besides
 */
async function follow(
  client: IdentityCenterClient,
  name: string,
  statuses: AsyncIterable<FleetStatus>,
  { json }: CommonOptions,
  { each = false, told = {} }: { each?: boolean; told?: object } = {},
): Promise<FleetStatus> {
  const goesOn = `Fleet ${name}: it goes on; follow it with: identity-center fleet watch ${name}; stop it with: identity-center fleet cancel ${name}`;
  try {
    const last = await sayIfInterrupted(goesOn, () =>
      json ? lastStatus(statuses, each ? printEvent : undefined) : showLive(statuses),
    );
    if (!json) printFleet(last, undefined, uiLink(client, last));
    else if (!each) printJson({ ...last, ...told });
    return last;
  } catch (error) {
    if (!(error instanceof FleetStillRunningError) || error.status === undefined) throw error;
    const { status, next, message } = error;
    if (json) {
      const end = { ...status, ...told, timedOut: true, next };
      if (each) printEvent(end);
      else printJson(end);
    } else {
      printFleet(status, undefined, uiLink(client, status));
      print(message);
    }
    return status;
  }
}
