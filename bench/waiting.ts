import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { SEARCH_ATTRIBUTES } from '../client';
import { ourContender } from './contenders';
import { Collected, scaled, type Measured, type Scale } from './figures';
import { residentMb, type Process } from './processes';
import { short } from './report';
import type { Testbed } from './testbed';
import { freshAccounts, freshNumber, inParallel, timed, until } from './work';

const WAITING = 10_000;
const STEP = 1_000;
const BARE_STEP = 400;
const WINDOW_S = 4;
/** A machine that cannot start that many within this time is measured with fewer. */
const START_S = 120;
/** With the default, a look every 15 s, ten thousand runs would want 667 looks a second. */
const POLL_INTERVAL = '2m';
/** The looks of the first seconds hold a slot each. */
const SLOTS = '2000';

const MEMORY = 'worker memory per 1,000 open runs';
const CALLS = 'runs waiting: looks at AWS';

/**
 * Ten thousand runs that wait for ACTIVE at once: how much memory each thousand takes, and how busy the processors are
 * while nothing happens but waiting.
 */
export async function waiting(bed: Testbed, scale: Scale): Promise<Measured> {
  const figures = new Collected();
  await addBareMemory(bed, scale, figures);
  await bed.emulator.reset({ creationMs: 3_600_000 });
  const worker = await bed.startWorker({ IDENTITY_CENTER_MAX_CONCURRENT_CALLS: SLOTS });
  const [count, step] = [scaled(WAITING, scale), scaled(STEP, scale)];
  await startWaiting(bed, scaled(100, scale));
  const end = performance.now() + START_S * 1000;
  for (let started = 0; started < count && performance.now() < end; started += step) {
    const before = residentMb(worker.pid);
    await startWaiting(bed, step);
    figures.add(MEMORY, 'MB', 'ours', ((residentMb(worker.pid) - before) / step) * 1000);
  }
  await addCpu(bed, worker, scale, figures);
  const open = await waitingRuns(bed);
  await terminateAll(bed);
  await worker.stop();
  const calls = figures.median(CALLS, 'ours') ?? 0;
  return {
    rows: figures.toRows(),
    remarks: [
      `Waiting: ${open.toLocaleString('en')} runs, pollInterval ${POLL_INTERVAL}, CPU in windows of ${WINDOW_S} s, ${availableParallelism()} cores in all. At the default pollInterval there would be ${Math.round(open / 15)} looks a second, not ${short(calls)}. Memory is what the resident set grows by; past the size of the cache a further run takes none.`,
    ],
  };
}

/** Starts runs, and waits until each has its instance, which is not ACTIVE. */
async function startWaiting(bed: Testbed, count: number): Promise<void> {
  const before = await waitingRuns(bed);
  await inParallel(freshAccounts(count), 50, (accountId) =>
    bed.client.start({ accountId, region: 'eu-west-1', timing: { pollInterval: POLL_INTERVAL } }),
  );
  await until(async () => (await waitingRuns(bed)) - before >= count, 180_000, `${count} runs that wait`);
}

/** Counts the runs that wait for ACTIVE. */
async function waitingRuns(bed: Testbed): Promise<number> {
  const query = `${SEARCH_ATTRIBUTES.stage.name} = 'waitingForActive' AND ExecutionStatus = 'Running'`;
  return (await bed.temporal.workflow.count(query)).count;
}

/** Measures the CPU of each process, and the calls a second, while nothing happens but waiting. */
async function addCpu(bed: Testbed, worker: Process, { rounds }: Scale, figures: Collected): Promise<void> {
  // Until the looks of the first seconds are over and the delays have grown.
  await sleep(15_000);
  const cpu = Object.entries(ourContender(bed, [worker]).cpu);
  const windows: [number, number][] = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = cpu.map(([, read]) => read());
    const began = Date.now();
    const ms = await timed(() => sleep(WINDOW_S * 1000));
    cpu.forEach(([part, read], index) => {
      figures.add(
        `runs waiting: ${part}`,
        '% of a core',
        'ours',
        ((read() - (before[index] ?? 0)) / ms) * 100,
      );
    });
    windows.push([began, Date.now()]);
  }
  // Asked for once, at the end: to list them is work as well.
  const log = await bed.emulator.get<{ time: string }[]>('/calls?operation=DescribeInstance');
  const times = log.map(({ time }) => Date.parse(time));
  for (const [from, to] of windows)
    figures.add(
      CALLS,
      '/s',
      'ours',
      (times.filter((at) => at >= from && at < to).length / (to - from)) * 1000,
    );
}

/** Measures what a thousand bare workflows that sleep take. */
async function addBareMemory(bed: Testbed, scale: Scale, figures: Collected): Promise<void> {
  const worker = await bed.startBareWorker();
  const step = scaled(BARE_STEP, scale);
  const start = async (count: number) => {
    await inParallel(freshAccounts(count), 50, async (account) => {
      await bed.startBare('bareWait', `bare-wait-${account}`);
    });
    // Until the last one sleeps.
    await sleep(1_000);
  };
  await start(scaled(100, scale));
  for (let round = 0; round < scale.rounds; round += 1) {
    const before = residentMb(worker.pid);
    await start(step);
    figures.add(MEMORY, 'MB', 'bare', ((residentMb(worker.pid) - before) / step) * 1000);
  }
  await worker.stop();
}

/** Terminates what is open: it would take processor time from the measurements that follow. */
async function terminateAll(bed: Testbed): Promise<void> {
  await bed.temporal.workflowService.startBatchOperation({
    namespace: 'default',
    jobId: `end-${freshNumber()}`,
    reason: 'the measurement is over',
    visibilityQuery: "ExecutionStatus = 'Running'",
    terminationOperation: {},
  });
}
