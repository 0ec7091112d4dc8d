import { median, scaled, summarize, type Measured, type Scale } from './figures';
import type { Testbed } from './testbed';
import { freshAccount, timed } from './work';

const RUNS = 20;
const WARM_UP = 10;

/** Measures from the client's start to the result, one run at a time, ours and the bare workflow in turns. */
export async function latency(bed: Testbed, scale: Scale): Promise<Measured> {
  await bed.emulator.reset({ creationMs: 0 });
  const workers = [await bed.startWorker(), await bed.startBareWorker()];
  const runs = scaled(RUNS, scale);
  const both = async () => {
    const account = freshAccount();
    const ours = await timed(() => bed.client.provision({ accountId: account, region: 'eu-west-1' }));
    const bare = await timed(async () => (await bed.startBare('bareWorkflow', `bare-${account}`)).result());
    return { ours, bare };
  };
  for (let run = 0; run < WARM_UP; run += 1) await both();
  const medians: { ours: number; bare: number }[] = [];
  for (let round = 0; round < scale.rounds; round += 1) {
    const times: { ours: number; bare: number }[] = [];
    for (let run = 0; run < runs; run += 1) times.push(await both());
    medians.push({ ours: median(times.map((it) => it.ours)), bare: median(times.map((it) => it.bare)) });
  }
  for (const worker of workers) await worker.stop();
  const ours = summarize(medians.map((it) => it.ours));
  const bare = summarize(medians.map((it) => it.bare));
  return {
    rows: [
      {
        name: 'start to ACTIVE, one run at a time',
        unit: 'ms',
        ours,
        limit: { what: 'bare workflow', sample: bare },
        target: '≤ 1.15',
        note: `each round is the median of ${runs} runs; four calls to AWS are in ours, none in the bare one`,
      },
    ],
    chart: {
      file: 'latency',
      title: 'Start to ACTIVE, one run at a time (less is better)',
      unit: 'ms',
      bars: [
        { label: 'provisionIdentityCenter', sample: ours, ours: true },
        { label: 'two empty activities', sample: bare, ours: false },
      ],
    },
  };
}
