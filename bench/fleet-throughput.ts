import type { WorkflowExecutionInfo } from '@temporalio/client';
import { FLEET_PAGE_WORKFLOW, FLEET_WORKFLOW, PROVISION_WORKFLOW } from '../contract';
import { scaled, summarize, type Measured, type Row, type Scale } from './figures';
import { peakMb, type Process } from './processes';
import { cpuCounter, startTestbed, type Testbed } from './testbed';
import { freshAccounts } from './work';

const ACCOUNTS = 10_000;
const PAGE = 250;
/** The same for both. */
const WINDOW = 50;

/** What a fleet came to, and what each process used for it. */
interface FleetFigures {
  rate: number;
  peakMb: number;
  cpu: ReturnType<typeof cpuCounter>['used'];
  /** The most events of an execution, by what kind of workflow it was. */
  histories: Record<string, number>;
}

/** Measures 10,000 accounts where nothing limits them, against a fleet of bare workflows of the same number and window. */
export async function fleetThroughput(scale: Scale): Promise<Measured> {
  const count = scaled(ACCOUNTS, scale);
  const ours = await measureFleet((bed) => bed.startWorker(), count, runOurs, {
    fleet: FLEET_WORKFLOW,
    page: FLEET_PAGE_WORKFLOW,
    account: PROVISION_WORKFLOW,
  });
  const bare = await measureFleet((bed) => bed.startBareWorker(), count, runBare, {
    fleet: 'bareFleet',
    page: 'barePage',
    account: 'bareWorkflow',
  });
  const row = (name: string, unit: string, value: (fleet: FleetFigures) => number): Row => ({
    name,
    unit,
    ours: summarize([value(ours)]),
    limit: { what: 'fleet of bare workflows', sample: summarize([value(bare)]) },
  });
  const accounts = count.toLocaleString('en');
  return {
    rows: [
      {
        ...row(`accounts a second, a fleet of ${accounts}`, '/s', ({ rate }) => rate),
        target: '≥ 0.8',
        note: `window of ${WINDOW}; four calls to AWS are in ours, none in the bare one`,
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
        { label: 'fleet', sample: summarize([ours.rate]), ours: true },
        { label: 'fleet of bare workflows', sample: summarize([bare.rate]), ours: false },
      ],
    },
  };
}

/** Measures one fleet on a testbed of its own: the state of a server grows with what it has run. */
async function measureFleet(
  startWorker: (bed: Testbed) => Promise<Process>,
  count: number,
  run: (bed: Testbed, name: string, count: number) => Promise<void>,
  kinds: Record<string, string>,
): Promise<FleetFigures> {
  const bed = await startTestbed();
  try {
    await bed.emulator.reset({ creationMs: 0 });
    const worker = await startWorker(bed);
    await run(bed, 'warm-up', PAGE);
    const counter = cpuCounter(bed, worker);
    const rate = await counter.rate(count, () => run(bed, 'measured', count));
    const peak = peakMb(worker.pid);
    const histories: Record<string, number> = {};
    for (const [kind, type] of Object.entries(kinds)) histories[kind] = await longestHistory(bed, type);
    await worker.stop();
    return { rate, peakMb: peak, cpu: counter.used, histories };
  } finally {
    await bed.stop();
  }
}

async function runOurs(bed: Testbed, name: string, count: number): Promise<void> {
  await bed.client.fleets.start({
    name,
    accounts: freshAccounts(count).map((accountId) => ({ accountId, region: 'eu-west-1' })),
    maxConcurrent: WINDOW,
  });
  const result = await bed.client.fleets.result(name);
  if (result?.succeeded !== count) throw new Error(`the fleet: ${JSON.stringify(result)}`);
}

async function runBare(bed: Testbed, name: string, count: number): Promise<void> {
  const fleet = await bed.startBare('bareFleet', name, [Math.ceil(count / PAGE), PAGE, WINDOW]);
  await fleet.result();
}

/** Counts the events of the longest history of a workflow type. */
async function longestHistory(bed: Testbed, workflowType: string): Promise<number> {
  let longest = 0;
  const all: AsyncIterable<WorkflowExecutionInfo> = bed.temporal.workflow.list({
    query: `WorkflowType = '${workflowType}'`,
    pageSize: 1_000,
  });
  for await (const { historyLength } of all) longest = Math.max(longest, historyLength);
  return longest;
}
