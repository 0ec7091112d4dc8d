import { workflowIdOf } from '../client';
import { inTurns, scaled, summarize, type Measured, type Row, type Scale } from './figures';
import { cpuCounter, type Testbed } from './testbed';
import { freshAccount, freshAccounts, inParallel } from './work';

const CONCURRENCIES = [50, 200];
const RUNS = 200;

/** Measures runs a second, ours and the bare workflow in turns, and what a run costs each part. */
export async function throughput(bed: Testbed, scale: Scale): Promise<Measured> {
  await bed.emulator.reset({ creationMs: 0 });
  const [ourWorker, bareWorker] = [await bed.startWorker(), await bed.startBareWorker()];
  const count = scaled(RUNS, scale);
  const measured: Measured = { rows: [] };
  const bars = [];
  let last = '';
  const ours = (concurrency: number) =>
    inParallel(freshAccounts(count), concurrency, (accountId) => {
      last = accountId;
      return bed.client.provision({ accountId, region: 'eu-west-1' });
    });
  const bare = (concurrency: number) =>
    inParallel(freshAccounts(count), concurrency, async (account) =>
      (await bed.startBare('bareWorkflow', `bare-${account}`)).result(),
    );
  await ours(CONCURRENCIES[0] ?? 1);
  await bare(CONCURRENCIES[0] ?? 1);
  const cpu = { ours: cpuCounter(bed, ourWorker), bare: cpuCounter(bed, bareWorker) };
  for (const concurrency of CONCURRENCIES) {
    const rates = await inTurns(
      scale,
      () => cpu.ours.rate(count, () => ours(concurrency)),
      () => cpu.bare.rate(count, () => bare(concurrency)),
    );
    measured.rows.push({
      name: `runs a second, ${concurrency} at once`,
      unit: '/s',
      ours: rates.ours,
      limit: { what: 'bare workflow', sample: rates.bare },
      target: '≥ 0.9',
      note: `${count} runs a round`,
    });
    bars.push(
      { label: `ours, ${concurrency} at once`, sample: rates.ours, ours: true },
      { label: `bare, ${concurrency} at once`, sample: rates.bare, ours: false },
    );
  }
  for (const part of ['worker', 'server', 'client', 'emulator'] as const) {
    const row: Row = { name: `${part}'s CPU a run`, unit: 'ms', ours: summarize(cpu.ours.used[part]) };
    // The bare workflow calls nobody.
    if (part !== 'emulator') row.limit = { what: 'bare workflow', sample: summarize(cpu.bare.used[part]) };
    measured.rows.push(row);
  }
  await ourWorker.stop();
  await bareWorker.stop();
  const costs = { ours: await historyCost(bed, workflowIdOf(last)), bare: await bareCost(bed) };
  for (const [key, name] of [
    ['events', 'history events a run'],
    ['transitions', 'state transitions a run'],
    ['tasks', 'workflow tasks a run'],
  ] as const) {
    measured.rows.push({
      name,
      unit: '',
      ours: summarize([costs.ours[key]]),
      limit: { what: 'bare workflow', sample: summarize([costs.bare[key]]) },
    });
  }
  return {
    ...measured,
    chart: { file: 'throughput', title: 'Runs a second (more is better)', unit: '/s', bars },
  };
}

/** Runs one bare workflow for its cost. */
async function bareCost(bed: Testbed) {
  const workflowId = `bare-${freshAccount()}`;
  const worker = await bed.startBareWorker();
  await (await bed.startBare('bareWorkflow', workflowId)).result();
  await worker.stop();
  return historyCost(bed, workflowId);
}

/** Reads what a run has cost the server. */
async function historyCost(bed: Testbed, workflowId: string) {
  const handle = bed.temporal.workflow.getHandle(workflowId);
  const { raw } = await handle.describe();
  const { events } = await handle.fetchHistory();
  return {
    events: events?.length ?? 0,
    transitions: Number(raw.workflowExecutionInfo?.stateTransitionCount ?? 0),
    tasks: events?.filter((event) => event.workflowTaskCompletedEventAttributes).length ?? 0,
  };
}
