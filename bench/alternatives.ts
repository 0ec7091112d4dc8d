import { emulatorEnvironment } from '../sandbox';
import { median, scaled, summarize, type Measured, type Row, type Sample, type Scale } from './figures';
import type { Question } from './jobs/answer';
import { ourKill, peerKill, type Killed } from './kill';
import { startPostgres } from './postgres';
import { startPeer } from './processes';
import type { Testbed } from './testbed';
import { freshAccounts, inParallel, timed } from './work';

const RUNS = 200;
const CONCURRENCY = 50;

/** What was measured of one way to do the job. */
interface Alternative {
  name: string;
  rate: Sample;
  latency: Sample;
  killed: Killed;
}

/** Measures the same job on the same emulator as a team would do it without this package, and kills each in the middle. */
export async function alternatives(bed: Testbed, scale: Scale): Promise<Measured> {
  const measured = [await ours(bed, scale), await peer(bed, scale, 'plain script', 'bench/jobs/script.js')];
  const postgres = await startPostgres();
  if (postgres !== undefined) {
    const name = `DBOS on ${postgres.version}`;
    measured.push(await peer(bed, scale, name, 'bench/jobs/dbos.js', [postgres.url]));
    await postgres.stop();
  }
  const [mine, ...others] = measured;
  if (mine === undefined) return { rows: [] };
  const row = (what: 'rate' | 'latency', other: Alternative): Row => ({
    name: what === 'rate' ? `accounts a second, ${CONCURRENCY} at once` : 'one account at a time',
    unit: what === 'rate' ? '/s' : 'ms',
    ours: mine[what],
    limit: { what: other.name, sample: other[what] },
    note: `killed in the middle: ours ${mine.killed.verdict}; ${other.name} ${other.killed.verdict}`,
  });
  return {
    rows: others.flatMap((other) => [row('rate', other), row('latency', other)]),
    remarks: [
      ...measured.map(({ name, killed }) => `${name}, killed in the middle: ${killed.account}.`),
      ...(postgres === undefined ? ['DBOS: not installed (PostgreSQL is missing).'] : []),
    ],
    chart: {
      file: 'alternatives',
      title: `Accounts a second, ${CONCURRENCY} at once (more is better)`,
      unit: '/s',
      bars: measured.map(({ name, rate, killed }) => ({
        label: `${name}: ${killed.verdict}`,
        sample: rate,
        ours: name === mine.name,
      })),
    },
  };
}

async function ours(bed: Testbed, scale: Scale): Promise<Alternative> {
  await bed.emulator.reset({ creationMs: 0 });
  const worker = await bed.startWorker();
  const figures = await measure(scale, ({ accounts, concurrency }) =>
    inParallel(accounts, concurrency, (accountId) =>
      bed.client.provision({ accountId, region: 'eu-west-1' }),
    ),
  );
  await worker.stop();
  return { name: 'this package', ...figures, killed: await ourKill(bed, scale) };
}

async function peer(
  bed: Testbed,
  scale: Scale,
  name: string,
  script: string,
  scriptArguments: string[] = [],
): Promise<Alternative> {
  const env = emulatorEnvironment(bed.emulator.url);
  await bed.emulator.reset({ creationMs: 0 });
  const running = await startPeer(script, scriptArguments, env);
  const figures = await measure(scale, async (question) => {
    const { times, failed } = await running.ask(question);
    if (failed.length > 0) throw new Error(`${name}: ${failed[0] ?? ''}`);
    return times;
  });
  await running.stop();
  const killed = await peerKill(bed, scale, () => startPeer(script, scriptArguments, env));
  return { name, ...figures, killed };
}

/** Measures the rate of many accounts at once, and the time of one at a time. */
async function measure(scale: Scale, provision: (question: Question) => Promise<number[]>) {
  const [rates, latencies]: [number[], number[]] = [[], []];
  const count = scaled(RUNS, scale);
  const singles = scaled(20, scale);
  const batch = () => provision({ accounts: freshAccounts(count), concurrency: CONCURRENCY });
  await batch();
  for (let round = 0; round < scale.rounds; round += 1) {
    rates.push((count / (await timed(batch))) * 1000);
    latencies.push(median(await provision({ accounts: freshAccounts(singles), concurrency: 1 })));
  }
  return { rate: summarize(rates), latency: summarize(latencies) };
}
