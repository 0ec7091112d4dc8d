import type { WorkflowExecutionInfo } from '@temporalio/client';
import { FLEET_PAGE_WORKFLOW, FLEET_WORKFLOW, PROVISION_WORKFLOW } from '../contract';
import { BARE, bareContender, ourContender, type Contender } from './contenders';
import { Collected, scaled, type Measured, type Scale } from './figures';
import { peakMb, type Process } from './processes';
import type { Site } from './site';
import type { Testbed } from './testbed';
import { measureRuns, partOf, RATE } from './throughput';
import { freshAccounts, freshNumber } from './work';

/** How many accounts a fleet has: two sizes, as what an account costs may grow with their number. */
const SIZES = { 'dev server': [1_000, 10_000], cluster: [500, 2_000] };
const PAGE = 250;
const WARM_UP = 100;
/** The same for all. */
const WINDOW = 50;

/** A fleet of ours, or a bare one. */
interface FleetKind {
  column: 'ours' | 'bare' | 'empty';
  start: (bed: Testbed) => Promise<Process>;
  run: (bed: Testbed, accounts: readonly string[]) => Promise<void>;
  /** Its workflow types, by what they are. */
  types: Record<string, string>;
}

const OURS: FleetKind = {
  column: 'ours',
  start: (bed) => bed.startWorker(),
  async run(bed, accounts) {
    const name = `bench-${freshNumber()}`;
    await bed.client.fleets.start({
      name,
      accounts: accounts.map((accountId) => ({ accountId, region: 'eu-west-1' })),
      maxConcurrent: WINDOW,
    });
    const result = await bed.client.fleets.result(name);
    if (result?.succeeded !== accounts.length) throw new Error(`the fleet: ${JSON.stringify(result)}`);
  },
  types: { fleet: FLEET_WORKFLOW, page: FLEET_PAGE_WORKFLOW, account: PROVISION_WORKFLOW },
};

/** Measures fleets that nothing limits, against fleets of bare workflows of the same number and window. */
export async function fleetThroughput(site: Site, scale: Scale): Promise<Measured> {
  const [small = 0, large = 0] = SIZES[site.kind].map((size) => scaled(size, scale));
  const figures = new Collected();
  await measureFleets(site, OURS, [small, large], figures);
  await measureFleets(site, bareFleet('bare'), [small, large], figures);
  // It says what two activities cost, which the number of accounts does not change.
  await measureFleets(site, bareFleet('empty'), [small], figures);
  const wanted = {
    wanted: { bare: '≥ 0.9', empty: '> 1' },
    // Twice what a cluster on two cores did before this was measured.
    ...(site.kind === 'cluster' ? { goal: '≥ 14 /s' } : {}),
  };
  const rows = figures.toRows({ [RATE + sizeOf(small)]: wanted, [RATE + sizeOf(large)]: wanted });
  return {
    rows: rows.filter(({ name }) => !(name.startsWith(partOf('')) && name.endsWith(sizeOf(small)))),
    remarks: [`Fleets: a window of ${WINDOW}, pages of ${PAGE}, one round each.`],
  };
}

function sizeOf(count: number): string {
  return `, a fleet of ${count.toLocaleString('en')}`;
}

function bareFleet(column: keyof typeof BARE): FleetKind {
  return {
    column,
    start: (bed) => bed.startBareWorker(),
    async run(bed, accounts) {
      const fleet = {
        account: BARE[column],
        first: Number(accounts[0]),
        count: accounts.length,
        page: PAGE,
        window: WINDOW,
      };
      await (await bed.startBare('bareFleet', `bare-fleet-${freshNumber()}`, [fleet])).result();
    },
    types: { fleet: 'bareFleet', page: 'barePage', account: BARE[column] },
  };
}

/** Measures fleets of one kind on a testbed of their own, the small one first: the state of a server grows. */
async function measureFleets(
  site: Site,
  { column, start, run, types }: FleetKind,
  sizes: readonly number[],
  figures: Collected,
): Promise<void> {
  await site.withTestbed(async (bed) => {
    await bed.emulator.reset({ creationMs: 0 });
    const worker = await start(bed);
    await run(bed, freshAccounts(WARM_UP));
    const contender: Contender = {
      ...(column === 'ours' ? ourContender(bed, [worker]) : bareContender(bed, [worker], column)),
      async provision(accounts) {
        await run(bed, accounts);
        return [];
      },
    };
    for (const size of sizes)
      await measureRuns(contender, freshAccounts(size), WINDOW, (name, ...figure) => {
        figures.add(name + sizeOf(size), ...figure);
      });
    figures.add('peak memory of the worker', 'MB', column, peakMb(worker.pid));
    for (const [kind, type] of Object.entries(types)) {
      const { events, transitions } = await longestHistory(bed, type);
      figures.add(`largest ${kind}: events`, '', column, events);
      figures.add(`largest ${kind}: state transitions`, '', column, transitions);
    }
    await worker.stop();
  });
}

/** Finds the most events, and the most state transitions, of an execution of a workflow type. */
async function longestHistory(bed: Testbed, workflowType: string) {
  const most = { events: 0, transitions: 0 };
  const all: AsyncIterable<WorkflowExecutionInfo> = bed.temporal.workflow.list({
    query: `WorkflowType = '${workflowType}'`,
    pageSize: 1_000,
  });
  for await (const { historyLength, raw } of all) {
    most.events = Math.max(most.events, historyLength);
    most.transitions = Math.max(most.transitions, Number(raw.stateTransitionCount ?? 0));
  }
  return most;
}
