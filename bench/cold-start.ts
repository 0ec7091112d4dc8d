import { performance } from 'node:perf_hooks';
import { workflowIdOf } from '../client';
import { BARE } from './contenders';
import { Collected, type Measured, type Scale } from './figures';
import type { Process } from './processes';
import type { Testbed } from './testbed';
import { freshAccounts } from './work';

const NAME = 'cold start: process to first result';

/** Measures from the start of the worker's process to the end of a run that was waiting for it. */
export async function coldStart(bed: Testbed, scale: Scale): Promise<Measured> {
  await bed.emulator.reset({ creationMs: 0 });
  // Builds its bundle, where this is the first time.
  await (await bed.startBareWorker()).stop();
  const figures = new Collected();
  for (let round = 0; round < scale.rounds; round += 1) {
    const [ours = '', bare = ''] = freshAccounts(2);
    const run = await bed.client.start({ accountId: ours, region: 'eu-west-1' });
    figures.add(NAME, 'ms', 'ours', await untilDone(bed.startWorker, () => bed.client.result(run)));
    const other = await bed.startBare(BARE.bare, workflowIdOf(bare), [bare]);
    figures.add(NAME, 'ms', 'bare', await untilDone(bed.startBareWorker, () => other.result()));
  }
  return { rows: figures.toRows() };
}

async function untilDone(start: () => Promise<Process>, result: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  const worker = await start();
  await result();
  const ended = performance.now();
  await worker.stop();
  return ended - began;
}
