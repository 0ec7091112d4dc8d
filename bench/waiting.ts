import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { SEARCH_ATTRIBUTES } from '../client';
import { scaled, summarize, type Measured, type Scale } from './figures';
import { residentMb, type Process } from './processes';
import { cpuCounter, type Testbed } from './testbed';
import { freshAccount, freshAccounts, inParallel, until } from './work';

const WAITING = 10_000;
const STEP = 1_000;
const BARE_STEP = 400;
const WINDOW_S = 4;
/** A machine that cannot start that many within this time is measured with fewer. */
const START_S = 330;
/** With the default, a look every 15 s, ten thousand runs would want 667 looks a second. */
const POLL_INTERVAL = '2m';
/** The looks of the first seconds hold a slot each. */
const SLOTS = '2000';

/**
 * Ten thousand runs that wait for ACTIVE at once: how much memory each thousand takes, and how busy the processors are
 * while nothing happens but waiting.
 */
export async function waiting(bed: Testbed, scale: Scale): Promise<Measured> {
  const bareMemory = await bareMemoryPer1000(bed, scale);
  await bed.emulator.reset({ creationMs: 3_600_000 });
  const worker = await bed.startWorker({ IDENTITY_CENTER_MAX_CONCURRENT_CALLS: SLOTS });
  const [count, step] = [scaled(WAITING, scale), scaled(STEP, scale)];
  const memory: number[] = [];
  await startWaiting(bed, scaled(100, scale));
  const end = performance.now() + START_S * 1000;
  for (let started = 0; started < count && performance.now() < end; started += step) {
    const before = residentMb(worker.pid);
    await startWaiting(bed, step);
    memory.push(((residentMb(worker.pid) - before) / step) * 1000);
  }
  const cpu = await cpuWhileWaiting(bed, worker, scale);
  const open = await waitingRuns(bed);
  await terminateAll(bed);
  await worker.stop();
  const looked = cpu.calls.every((calls) => calls > 1);
  const perLook = (part: 'worker' | 'server') =>
    cpu[part].map((percent, round) => (percent * 10) / (cpu.calls[round] ?? 1));
  return {
    rows: [
      {
        name: 'worker memory per 1,000 open runs',
        unit: 'MB',
        ours: summarize(memory),
        limit: { what: 'bare workflow that sleeps', sample: summarize(bareMemory) },
        note: 'growth of the resident set; past the size of the cache a further run takes none',
      },
      {
        name: `worker's CPU, ${open.toLocaleString('en')} runs waiting`,
        unit: '% of a core',
        ours: summarize(cpu.worker),
        note: `pollInterval ${POLL_INTERVAL}; each look costs the same at any interval`,
      },
      {
        name: `server's CPU, ${open.toLocaleString('en')} runs waiting`,
        unit: '% of a core',
        ours: summarize(cpu.server),
        note: `SQLite in memory; ${availableParallelism()} cores in all`,
      },
      ...(looked ? (['worker', 'server'] as const) : []).map((part) => ({
        name: `${part}'s CPU a look`,
        unit: 'ms',
        ours: summarize(perLook(part)),
      })),
      {
        name: `calls to AWS a second, ${open.toLocaleString('en')} runs waiting`,
        unit: '/s',
        ours: summarize(cpu.calls),
        note: `at the default pollInterval it would be ${Math.round(open / 15)}`,
      },
    ],
    chart: {
      file: 'waiting',
      title: `CPU while ${open.toLocaleString('en')} runs wait (less is better)`,
      unit: '% of a core',
      bars: [
        { label: 'worker', sample: summarize(cpu.worker), ours: true },
        { label: 'Temporal server', sample: summarize(cpu.server), ours: false },
        { label: 'emulator', sample: summarize(cpu.emulator), ours: false },
      ],
    },
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

/** Measures the CPU of each part, and the calls a second, while nothing happens but waiting. */
async function cpuWhileWaiting(bed: Testbed, worker: Process, { rounds }: Scale) {
  // Until the looks of the first seconds are over and the delays have grown.
  await sleep(15_000);
  const counter = cpuCounter(bed, worker);
  const windows: [number, number][] = [];
  for (let round = 0; round < rounds; round += 1) {
    const began = Date.now();
    await counter.percent(() => sleep(WINDOW_S * 1000));
    windows.push([began, Date.now()]);
  }
  // Asked for once, at the end: to list them is work as well.
  const log = await bed.emulator.get<{ time: string }[]>('/calls?operation=DescribeInstance');
  const times = log.map(({ time }) => Date.parse(time));
  const calls = windows.map(
    ([from, to]) => (times.filter((at) => at >= from && at < to).length / (to - from)) * 1000,
  );
  return { ...counter.used, calls };
}

/** Measures what a thousand bare workflows that sleep take. */
async function bareMemoryPer1000(bed: Testbed, scale: Scale): Promise<number[]> {
  const worker = await bed.startBareWorker();
  const step = scaled(BARE_STEP, scale);
  const memory: number[] = [];
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
    memory.push(((residentMb(worker.pid) - before) / step) * 1000);
  }
  await worker.stop();
  return memory;
}

/** Terminates what is open: it would take processor time from the measurements that follow. */
async function terminateAll(bed: Testbed): Promise<void> {
  await bed.temporal.workflowService.startBatchOperation({
    namespace: 'default',
    jobId: `end-${freshAccount()}`,
    reason: 'the measurement is over',
    visibilityQuery: "ExecutionStatus = 'Running'",
    terminationOperation: {},
  });
}
