import { bareContender, ourContender } from './contenders';
import { Collected, scaled, type Measured, type Scale } from './figures';
import type { Process } from './processes';
import type { Testbed } from './testbed';
import { freshAccounts, timed } from './work';

const WORKERS = [1, 2, 4];
const CONCURRENCY = 200;
const RUNS = 200;
const ROUNDS = 2;

/** Measures runs a second with more workers, ours and the bare workflow in turns; all share the cores of the machine. */
export async function growth(bed: Testbed, scale: Scale): Promise<Measured> {
  await bed.emulator.reset({ creationMs: 0 });
  const count = scaled(RUNS, scale);
  const figures = new Collected();
  const [ours, bare]: [Process[], Process[]] = [[], []];
  for (const workers of WORKERS) {
    while (ours.length < workers) {
      ours.push(await bed.startWorker());
      bare.push(await bed.startBareWorker());
    }
    const contenders = [ourContender(bed, ours), bareContender(bed, bare, 'bare')];
    const run = async (note: (rate: number, column: 'ours' | 'bare') => void) => {
      for (const { column, provision } of contenders) {
        const ms = await timed(() => provision(freshAccounts(count), CONCURRENCY));
        note((count / ms) * 1000, column as 'ours' | 'bare');
      }
    };
    await run(() => undefined);
    const name = `runs a second, ${CONCURRENCY} at once, ${workers === 1 ? 'one worker' : `${workers} workers`}`;
    for (let round = 0; round < ROUNDS; round += 1)
      await run((rate, column) => {
        figures.add(name, '/s', column, rate);
      });
  }
  for (const worker of [...ours, ...bare]) await worker.stop();
  return { rows: figures.toRows() };
}
