import { performance } from 'node:perf_hooks';
import { summarize, type Measured, type Scale } from './figures';
import type { Process } from './processes';
import type { Testbed } from './testbed';
import { freshAccount } from './work';

/** Measures from the start of the worker's process to the end of a run that was waiting for it. */
export async function coldStart(bed: Testbed, scale: Scale): Promise<Measured> {
  await bed.emulator.reset({ creationMs: 0 });
  const times: Record<'ours' | 'bare', number[]> = { ours: [], bare: [] };
  // Builds its bundle, where this is the first time.
  await (await bed.startBareWorker()).stop();
  for (let round = 0; round < scale.rounds; round += 1) {
    const account = freshAccount();
    const run = await bed.client.start({ accountId: account, region: 'eu-west-1' });
    times.ours.push(
      await untilDone(
        () => bed.startWorker(),
        () => bed.client.result(run),
      ),
    );
    const bare = await bed.startBare('bareWorkflow', `bare-${account}`);
    times.bare.push(
      await untilDone(
        () => bed.startBareWorker(),
        () => bare.result(),
      ),
    );
  }
  const ours = summarize(times.ours);
  return {
    rows: [
      {
        name: 'cold start: process to first result',
        unit: 'ms',
        ours,
        limit: { what: 'bare worker, bundle prebuilt', sample: summarize(times.bare) },
      },
    ],
  };
}

async function untilDone(start: () => Promise<Process>, result: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  const worker = await start();
  await result();
  const ended = performance.now();
  await worker.stop();
  return ended - began;
}
