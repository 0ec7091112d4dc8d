import { setTimeout as sleep } from 'node:timers/promises';
import { temporal } from '@temporalio/proto';
import type { IdentityCenterClient } from '../../client';
import { workflowIdOf, type ProvisionRequestInput } from '../../contract';
import { startWorkerProcess, type Emulator, type WorkerProcess } from '../../sandbox';
import { Deployment } from './deployment';

/** Where an upgrade is tried. */
export interface Site {
  /** Of Temporal. */
  address: string;
  client: IdentityCenterClient;
  emulator: Emulator;
  /** Runs that are open while the version changes; a quarter of them in a fleet. */
  openRuns: number;
  workersPerVersion: number;
  /** Name of the Worker Deployment, and of the fleet. */
  name: string;
  /** Told, a line at a time, what happens. */
  log: (line: string) => void;
}

/** What came of an upgrade. */
export interface Outcome {
  accounts: number;
  /** What was not as it should be, in words; none: nothing failed. */
  problems: string[];
}

const [OLD, NEW] = ['old', 'new'] as const;
const FOR_EVER = 3_600_000;
/** Whatever AWS has made meanwhile, nobody hears of it. */
const UNANSWERED = {
  operation: 'DescribeInstance',
  error: 'InternalServerException',
  times: 1_000_000,
} as const;
const PATIENCE_MS = 300_000;
const { EVENT_TYPE_WORKFLOW_TASK_FAILED } = temporal.api.enums.v1.EventType;

/**
 * Upgrades the workers under open runs, as a team does: the new version passes the gate, is given some of the runs that start,
 * then all; what is held is moved; the old version's workers go when it has no run left.
 */
export async function rollOut(site: Site): Promise<Outcome> {
  const { client, emulator, name, openRuns, log } = site;
  const deployment = new Deployment(client.temporal, client.taskQueue, name);
  const old = await startWorkers(site, OLD);
  let renewed: WorkerProcess[] = [];
  try {
    await deployment.setCurrent(OLD);
    const { notReady, waiting, held, inFleet } = splitUp(openRuns);
    emulator.setFaults({ accounts: [...notReady, ...inFleet], notReadyForMs: FOR_EVER });
    emulator.setFaults({ accounts: waiting, failNext: [UNANSWERED] });
    emulator.setFaults({ accounts: held, organizationForbids: true });
    const alone = [...notReady, ...waiting, ...held];
    const runs = await Promise.all(
      alone.map((account) =>
        client.start(requestFor(account, held.includes(account) ? { onFailure: 'hold' } : {})),
      ),
    );
    await client.fleets.start({
      name,
      maxConcurrent: inFleet.length,
      accounts: inFleet.map((account) => requestFor(account)),
    });
    // The fleet and its page have a version too.
    await until(
      () => deployment.countOpen(OLD),
      (open) => open >= openRuns + 2,
    );
    await until(
      () => countHeld(client, held),
      (count) => count === held.length,
    );
    log(
      `${openRuns} runs are open on the old version: ${notReady.length + inFleet.length} are of accounts that are not ready, ${inFleet.length} of them in a fleet; ${waiting.length} wait for ACTIVE, ${held.length} are held`,
    );

    renewed = await startWorkers(site, NEW);
    const { checks } = await deployment.passGate(NEW, account(openRuns));
    log(
      `the new version has passed the gate: ${checks.map(({ check, found }) => `${check}: ${found}`).join('; ')}`,
    );
    const early = await startWave(site, deployment, openRuns + 1, 'before the ramp', OLD);
    await deployment.ramp(NEW, 50);
    const ramped = await startWave(site, deployment, openRuns + 11, 'with a ramp of 50 %');
    await deployment.setCurrent(NEW);
    const late = await startWave(site, deployment, openRuns + 21, 'with the new version current', NEW);

    emulator.setFaults({ accounts: [...notReady, ...inFleet, ...waiting, ...held] });
    await Promise.all(held.map((account) => deployment.move(workflowIdOf(account), NEW)));
    await Promise.all(held.map((account) => client.retry(account)));
    log(`the ${held.length} held runs were moved to the new version, and retried`);
    await until(
      () => deployment.countOpen(OLD),
      (open) => open === 0,
    );
    await Promise.all(old.map((worker) => worker.stop()));
    log('no run is left on the old version; its workers are gone');

    const ends = await Promise.allSettled(runs.map((run) => client.result(run)));
    const fleet = await until(
      () => client.fleets.status(name),
      ({ endedAt }) => endedAt !== undefined,
    );
    const wrong = ends.flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : []));
    if (fleet.succeeded !== inFleet.length)
      wrong.push(`the fleet has ${fleet.succeeded} of ${inFleet.length} accounts`);
    for (const account of held) {
      const { buildId } = await deployment.versionOf(workflowIdOf(account));
      if (buildId !== NEW) wrong.push(`the held run of ${account} ended on ${String(buildId)}`);
    }
    const accounts = [...alone, ...inFleet, ...[early, ramped, late].flatMap((wave) => wave.accounts)];
    const problems = [
      ...wrong,
      ...[early, ramped, late].flatMap((wave) => wave.problems),
      ...(await Promise.all(accounts.map((account) => judge(site, account)))).flat(),
    ];
    log(`${accounts.length} accounts, ${problems.length} problems`);
    return { accounts: accounts.length, problems };
  } finally {
    await Promise.all([...old, ...renewed].map((worker) => worker.stop()));
  }
}

async function startWorkers(site: Site, buildId: string): Promise<WorkerProcess[]> {
  const { address, client, emulator, name, workersPerVersion, log } = site;
  const env = { TEMPORAL_DEPLOYMENT_NAME: name, TEMPORAL_WORKER_BUILD_ID: buildId };
  const workers = await Promise.all(
    Array.from({ length: workersPerVersion }, () =>
      startWorkerProcess(address, client.taskQueue, emulator.url, env),
    ),
  );
  log(`${workersPerVersion} workers of the ${buildId} version poll`);
  return workers;
}

/** Provisions ten accounts with nothing in the way. @param expected the version that is to have them all */
async function startWave(
  { client, log }: Site,
  deployment: Deployment,
  from: number,
  when: string,
  expected?: string,
): Promise<{ accounts: string[]; problems: string[] }> {
  const accounts = Array.from({ length: 10 }, (_, index) => account(from + index));
  await Promise.all(accounts.map((account) => client.provision(requestFor(account))));
  const versions = await Promise.all(
    accounts.map(async (account) => (await deployment.versionOf(workflowIdOf(account))).buildId),
  );
  const onNew = versions.filter((version) => version === NEW).length;
  log(`10 accounts ${when}: ${10 - onNew} by the old version, ${onNew} by the new one`);
  const others = versions.filter((version) => version !== expected).length;
  const problems =
    expected === undefined || others === 0 ? [] : [`${when}: ${others} runs were not given to ${expected}`];
  return { accounts, problems };
}

/** Says what is wrong with an account: it has one instance, all its calls had one token, and no workflow task failed. */
async function judge({ client, emulator }: Site, account: string): Promise<string[]> {
  const instances = emulator.instances().filter(({ accountId }) => accountId === account);
  const tokens = emulator.calls({ account, operation: 'CreateInstance' }).map(({ token }) => token);
  const history = await client.temporal.workflow.getHandle(workflowIdOf(account)).fetchHistory();
  const failed = history.events?.filter(({ eventType }) => eventType === EVENT_TYPE_WORKFLOW_TASK_FAILED);
  return [
    ...(instances.length === 1 ? [] : [`account ${account} has ${instances.length} instances`]),
    ...(new Set(tokens).size === 1
      ? []
      : [`account ${account} was asked for with ${new Set(tokens).size} tokens`]),
    ...(failed?.length === 0 ? [] : [`${failed?.length} workflow tasks of account ${account} failed`]),
  ];
}

function splitUp(openRuns: number) {
  const quarter = Math.floor(openRuns / 4);
  const accounts = Array.from({ length: openRuns }, (_, index) => account(index));
  return {
    inFleet: accounts.slice(0, quarter),
    waiting: accounts.slice(quarter, 2 * quarter),
    held: accounts.slice(2 * quarter, 3 * quarter),
    notReady: accounts.slice(3 * quarter),
  };
}

const account = (index: number) => String(100_000_000_000 + index);

function requestFor(accountId: string, more: Partial<ProvisionRequestInput> = {}): ProvisionRequestInput {
  const timing = { pollInterval: '1s', retry: { initialInterval: '1s', maximumInterval: '5s' } };
  return { accountId, region: 'eu-west-1', timing, ...more };
}

async function countHeld(client: IdentityCenterClient, accounts: readonly string[]): Promise<number> {
  const statuses = await Promise.all(accounts.map((account) => client.status(account)));
  return statuses.filter(({ stage }) => stage === 'held').length;
}

async function until<T>(look: () => Promise<T>, holds: (seen: T) => boolean): Promise<T> {
  for (const end = Date.now() + PATIENCE_MS; ;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > end)
      throw new Error(`not within ${PATIENCE_MS / 1_000} s; last seen: ${JSON.stringify(seen)}`);
    await sleep(500);
  }
}
