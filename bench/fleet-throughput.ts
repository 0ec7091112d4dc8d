import type { WorkflowExecutionInfo } from '@temporalio/client';
import { FLEET_PAGE_WORKFLOW, FLEET_WORKFLOW, PROVISION_WORKFLOW } from '../contract';
import { BARE_QUEUE, startBed, type Bed } from './bed';
import { cpuCounter } from './cpu-counter';
import { peakMb, type Process } from './processes';
import { freshAccounts, sampleOf, scaled, type Measured, type Row, type Scale } from './support';

const ACCOUNTS = 10_000;
const PAGE = 250;
/** The same for both. */
const WINDOW = 50;

/** What a fleet came to, and what each process used for it. */
interface Crowd {
  rate: number;
  peakMb: number;
  cpu: ReturnType<typeof cpuCounter>['used'];
  /** The most events of an execution, by what kind of workflow it was. */
  histories: Record<string, number>;
}

/** 10,000 accounts where nothing limits them, against a fleet of bare workflows of the same number and window. */
export async function fleetThroughput(scale: Scale): Promise<Measured> {
  const count = scaled(ACCOUNTS, scale);
  const ours = await crowd((bed) => bed.startWorker(), count, startOurs, {
    fleet: FLEET_WORKFLOW,
    page: FLEET_PAGE_WORKFLOW,
    account: PROVISION_WORKFLOW,
  });
  const bare = await crowd((bed) => bed.startBareWorker(), count, startBare, {
    fleet: 'bareFleet',
    page: 'barePage',
    account: 'bareWorkflow',
  });
  const row = (name: string, unit: string, of: (crowd: Crowd) => number): Row => ({
    name,
    unit,
    ours: sampleOf([of(ours)]),
    limit: { what: 'fleet of bare workflows', sample: sampleOf([of(bare)]) },
  });
  const accounts = count.toLocaleString('en');
  return {
    rows: [
      {
        ...row(`accounts a second, a fleet of ${accounts}`, '/s', ({ rate }) => rate),
        target: '≥ 0.8',
        note: `window of ${WINDOW}; three calls to AWS are in ours, none in the bare one`,
      },
      row('peak memory of the worker', 'MB', (it) => it.peakMb),
      ...(['fleet', 'page', 'account'] as const).map((kind) =>
        row(`largest history: ${kind}`, 'events', ({ histories }) => histories[kind] ?? 0),
      ),
      ...(['worker', 'server', 'emulator'] as const).map((part) =>
        row(`${part}'s CPU an account`, 'ms', ({ cpu }) => cpu[part][0] ?? 0),
      ),
    ],
    chart: {
      file: 'fleet',
      title: `Accounts a second, a fleet of ${accounts} (more is better)`,
      unit: '/s',
      bars: [
        { label: 'fleet', sample: sampleOf([ours.rate]), ours: true },
        { label: 'fleet of bare workflows', sample: sampleOf([bare.rate]), ours: false },
      ],
    },
  };
}

/** A bed of its own for each: the state of a server grows with what it has run. */
async function crowd(
  startWorker: (bed: Bed) => Promise<Process>,
  count: number,
  run: (bed: Bed, name: string, count: number) => Promise<void>,
  kinds: Record<string, string>,
): Promise<Crowd> {
  const bed = await startBed();
  try {
    await bed.emulator.reset({ creationMs: 0 });
    const worker = await startWorker(bed);
    await run(bed, 'warm-up', PAGE);
    const counter = cpuCounter(bed, worker);
    const rate = await counter.rate(count, () => run(bed, 'crowd', count));
    const peak = peakMb(worker.pid);
    const histories: Record<string, number> = {};
    for (const [kind, type] of Object.entries(kinds)) histories[kind] = await longestHistory(bed, type);
    await worker.stop();
    return { rate, peakMb: peak, cpu: counter.used, histories };
  } finally {
    await bed.stop();
  }
}

async function startOurs(bed: Bed, name: string, count: number): Promise<void> {
  await bed.client.fleets.start({
    name,
    accounts: freshAccounts(count).map((accountId) => ({ accountId, region: 'eu-west-1' })),
    maxConcurrent: WINDOW,
  });
  const result = await bed.client.fleets.result(name);
  if (result?.succeeded !== count) throw new Error(`the fleet: ${JSON.stringify(result)}`);
}

async function startBare(bed: Bed, name: string, count: number): Promise<void> {
  await bed.temporal.workflow.execute('bareFleet', {
    taskQueue: BARE_QUEUE,
    workflowId: name,
    args: [Math.ceil(count / PAGE), PAGE, WINDOW],
  });
}

async function longestHistory(bed: Bed, workflowType: string): Promise<number> {
  let longest = 0;
  const all: AsyncIterable<WorkflowExecutionInfo> = bed.temporal.workflow.list({
    query: `WorkflowType = '${workflowType}'`,
    pageSize: 1_000,
  });
  for await (const { historyLength } of all) longest = Math.max(longest, historyLength);
  return longest;
}
