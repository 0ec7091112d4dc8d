import { performance } from 'node:perf_hooks';
import { inTurns, type Measured, type Scale } from './figures';
import type { Process } from './processes';
import type { Testbed } from './testbed';
import { freshAccount } from './work';

/** Measures from the start of the worker's process to the end of a run that was waiting for it. */
export async function coldStart(bed: Testbed, scale: Scale): Promise<Measured> {
  await bed.emulator.reset({ creationMs: 0 });
  // Builds its bundle, where this is the first time.
  await (await bed.startBareWorker()).stop();
  const { ours, bare } = await inTurns(
    scale,
    async () => {
      const run = await bed.client.start({ accountId: freshAccount(), region: 'eu-west-1' });
      return untilDone(
        () => bed.startWorker(),
        () => bed.client.result(run),
      );
    },
    async () => {
      const run = await bed.startBare('bareWorkflow', `bare-${freshAccount()}`);
      return untilDone(
        () => bed.startBareWorker(),
        () => run.result(),
      );
    },
  );
  return {
    rows: [
      {
        name: 'cold start: process to first result',
        unit: 'ms',
        ours,
        limit: { what: 'bare worker, bundle prebuilt', sample: bare },
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
