import { availableParallelism } from 'node:os';
import { SEARCH_ATTRIBUTES } from '../client';
import { BARE_QUEUE, type Bed } from './bed';
import { cpuMs, residentMb, type Process } from './processes';
import {
  freshAccount,
  freshAccounts,
  inParallel,
  pause,
  sampleOf,
  scaled,
  until,
  type Measured,
  type Scale,
} from './support';

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
export async function waiting(bed: Bed, scale: Scale): Promise<Measured> {
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
        ours: sampleOf(memory),
        limit: { what: 'bare workflow that sleeps', sample: sampleOf(bareMemory) },
        note: 'growth of the resident set; past the size of the cache a further run takes none',
      },
      {
        name: `worker's CPU, ${open.toLocaleString('en')} runs waiting`,
        unit: '% of a core',
        ours: sampleOf(cpu.worker),
        note: `pollInterval ${POLL_INTERVAL}; each look costs the same at any interval`,
      },
      {
        name: `server's CPU, ${open.toLocaleString('en')} runs waiting`,
        unit: '% of a core',
        ours: sampleOf(cpu.server),
        note: `SQLite in memory; ${availableParallelism()} cores in all`,
      },
      ...(looked ? (['worker', 'server'] as const) : []).map((part) => ({
        name: `${part}'s CPU a look`,
        unit: 'ms',
        ours: sampleOf(perLook(part)),
      })),
      {
        name: `calls to AWS a second, ${open.toLocaleString('en')} runs waiting`,
        unit: '/s',
        ours: sampleOf(cpu.calls),
        note: `at the default pollInterval it would be ${Math.round(open / 15)}`,
      },
    ],
    chart: {
      file: 'waiting',
      title: `CPU while ${open.toLocaleString('en')} runs wait (less is better)`,
      unit: '% of a core',
      bars: [
        { label: 'worker', sample: sampleOf(cpu.worker), ours: true },
        { label: 'Temporal server', sample: sampleOf(cpu.server), ours: false },
        { label: 'emulator', sample: sampleOf(cpu.emulator), ours: false },
      ],
    },
  };
}

/** Starts runs and waits until each has its instance, which is not ACTIVE. */
async function startWaiting(bed: Bed, count: number): Promise<void> {
  const before = await waitingRuns(bed);
  await inParallel(freshAccounts(count), 50, (accountId) =>
    bed.client.start({ accountId, region: 'eu-west-1', timing: { pollInterval: POLL_INTERVAL } }),
  );
  await until(async () => (await waitingRuns(bed)) - before >= count, 180_000, `${count} runs that wait`);
}

async function waitingRuns(bed: Bed): Promise<number> {
  const query = `${SEARCH_ATTRIBUTES.stage.name} = 'waitingForActive' AND ExecutionStatus = 'Running'`;
  return (await bed.temporal.workflow.count(query)).count;
}

async function cpuWhileWaiting(bed: Bed, worker: Process, { rounds }: Scale) {
  // Until the looks of the first seconds are over and the delays have grown.
  await pause(15_000);
  const pids = { worker: worker.pid, server: bed.server.pid, emulator: bed.emulator.pid };
  const parts = Object.entries(pids) as [keyof typeof pids, number][];
  const used: Record<keyof typeof pids, number[]> = { worker: [], server: [], emulator: [] };
  const windows: [number, number][] = [];
  for (let round = 0; round < rounds; round += 1) {
    const began = Date.now();
    const before = parts.map(([, pid]) => cpuMs(pid));
    await pause(WINDOW_S * 1000);
    const ended = Date.now();
    parts.forEach(([part, pid], index) =>
      used[part].push(((cpuMs(pid) - (before[index] ?? 0)) / (ended - began)) * 100),
    );
    windows.push([began, ended]);
  }
  // Asked for once, at the end: to list them is work as well.
  const log = await bed.emulator.get<{ time: string }[]>('/calls?operation=DescribeInstance');
  const times = log.map(({ time }) => Date.parse(time));
  const calls = windows.map(
    ([from, to]) => (times.filter((at) => at >= from && at < to).length / (to - from)) * 1000,
  );
  return { ...used, calls };
}

async function bareMemoryPer1000(bed: Bed, scale: Scale): Promise<number[]> {
  const worker = await bed.startBareWorker();
  const step = scaled(BARE_STEP, scale);
  const memory: number[] = [];
  const start = async (count: number) => {
    await inParallel(freshAccounts(count), 50, async (account) => {
      const options = { taskQueue: BARE_QUEUE, workflowId: `bare-wait-${account}` };
      await bed.temporal.workflow.start('bareWait', options);
    });
    // Until the last one sleeps.
    await pause(1_000);
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

/** What is left open would go on taking processor time from the measurements that follow. */
async function terminateAll(bed: Bed): Promise<void> {
  await bed.temporal.workflowService.startBatchOperation({
    namespace: 'default',
    jobId: `end-${freshAccount()}`,
    reason: 'the measurement is over',
    visibilityQuery: "ExecutionStatus = 'Running'",
    terminationOperation: {},
  });
}
