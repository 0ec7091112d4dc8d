import { startContenders, type Contender } from './contenders';
import { addCosts, GOALS } from './costs';
import { Collected, COLUMN_NAMES, scaled, type Column, type Measured, type Scale } from './figures';
import { model } from './model';
import type { Testbed } from './testbed';
import { freshAccounts, timed } from './work';

const CONCURRENCY = 50;
const RUNS = 200;
/** The rows of {@link measureRuns}. */
export const RATE = 'accounts a second';
export const ALL_CPU = 'CPU an account, all processes';
export const WRITES = 'transactions that write, an account';

/** Measures runs a second, all contenders in turns, and what a run costs each process. */
export async function throughput(bed: Testbed, scale: Scale): Promise<Measured> {
  await bed.emulator.reset({ creationMs: 0 });
  const { contenders, stop } = await startContenders(bed);
  const count = scaled(RUNS, scale);
  const figures = new Collected();
  for (const { provision } of contenders) await provision(freshAccounts(count), CONCURRENCY);
  for (let round = 0; round < scale.rounds; round += 1)
    for (const contender of contenders)
      await measureRuns(contender, freshAccounts(count), CONCURRENCY, figures.add);
  for (const contender of contenders) {
    const [accountId = ''] = freshAccounts(1);
    await contender.provision([accountId], 1);
    await addCosts(bed, contender, accountId, figures);
  }
  await stop();
  const rows = figures.toRows({
    [RATE]: { wanted: { bare: '≥ 0.9', empty: '> 1' } },
    ...GOALS,
  });
  return {
    rows,
    tables: bed.engine.kind === 'cluster' ? [model(figures)] : [],
    remarks: [`Accounts a second: ${CONCURRENCY} at once, ${count} a round.`],
    chart: {
      file: 'throughput',
      title: `Accounts a second, ${CONCURRENCY} at once (more is better)`,
      unit: '/s',
      bars: contenders.flatMap(({ column }) => {
        const sample = rows[0]?.samples[column];
        return sample ? [{ label: COLUMN_NAMES[column], sample, ours: column === 'ours' }] : [];
      }),
    },
  };
}

/** Measures how many accounts a second are done, and what each costs the processes and the database. */
export async function measureRuns(
  { column, cpu, postgres, provision }: Contender,
  accounts: readonly string[],
  concurrency: number,
  add: (name: string, unit: string, column: Column, value: number) => void,
): Promise<void> {
  const each = (value: number) => value / accounts.length;
  const writesBefore = await postgres?.writes();
  const before = Object.values(cpu).map((read) => read());
  const ms = await timed(() => provision(accounts, concurrency));
  const used = Object.values(cpu).map((read, index) => read() - (before[index] ?? 0));
  const writes = await postgres?.writes();
  add(RATE, '/s', column, 1000 / each(ms));
  add(ALL_CPU, 'ms', column, each(used.reduce((sum, it) => sum + it, 0)));
  Object.keys(cpu).forEach((part, index) => {
    add(partOf(part), 'ms', column, each(used[index] ?? 0));
  });
  if (writes !== undefined) add(WRITES, '', column, each(writes - (writesBefore ?? 0)));
}

/** The row of a process. */
export function partOf(part: string): string {
  return `– ${part}`;
}
