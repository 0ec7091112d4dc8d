import { startContenders } from './contenders';
import { Collected, median, scaled, type Column, type Measured, type Scale } from './figures';
import type { Testbed } from './testbed';
import { freshAccounts } from './work';

const NAME = 'start to ACTIVE, one run at a time';
const RUNS = 20;
const WARM_UP = 10;

/** Measures from the start to the result, one account at a time, all contenders in turns. */
export async function latency(bed: Testbed, scale: Scale): Promise<Measured> {
  await bed.emulator.reset({ creationMs: 0 });
  const { contenders, stop } = await startContenders(bed);
  const runs = scaled(RUNS, scale);
  const figures = new Collected();
  const measureRound = async (count: number) => {
    const times = new Map<Column, number[]>(contenders.map(({ column }) => [column, []]));
    for (let run = 0; run < count; run += 1)
      for (const { column, provision } of contenders)
        times.get(column)?.push(...(await provision(freshAccounts(1), 1)));
    return times;
  };
  await measureRound(WARM_UP);
  for (let round = 0; round < scale.rounds; round += 1)
    for (const [column, times] of await measureRound(runs)) figures.add(NAME, 'ms', column, median(times));
  await stop();
  return {
    rows: figures.toRows({ [NAME]: { wanted: { bare: '≤ 1.15', empty: '< 1' } } }),
    remarks: [`${NAME}: a round is the median of ${runs} runs.`],
  };
}
