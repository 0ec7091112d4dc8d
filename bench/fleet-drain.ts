import { emulatorEnvironment } from '../sandbox';
import { scaled, summarize, type Chart, type Measured, type Scale } from './figures';
import { startPeer } from './processes';
import { short } from './report';
import type { Site } from './site';
import type { Testbed } from './testbed';
import { freshAccounts, timed } from './work';

/** How many requests a second AWS takes, and what is drained under that. */
const LIMITS = [
  { limit: 20, accounts: 200 },
  { limit: 100, accounts: 800 },
];
/** What it takes at once, in seconds of that rate. */
const BURST = 1;
/** As the plain scripts have it; the default of a fleet as well. */
const WINDOW = 50;
/** Of AWS's limit, as docs/fleets.md advises. */
const CEILING = 0.98;

/** A way to provision many accounts. */
interface Contender {
  name: string;
  ours: boolean;
  /** What an account needs: a fleet looks before it creates, which a script does not. */
  requests: number;
  /** Provisions all accounts; answers with those that are done, as it sees it. */
  drain(bed: Testbed, accounts: string[], limit: number): Promise<{ done: string[]; seconds: number }>;
}

const FLEETS: Contender[] = [
  {
    name: `fleet, \`--rate\` ${CEILING * 100} % of the limit`,
    ours: true,
    requests: 3,
    drain: (bed, accounts, limit) => drainFleet(bed, accounts, limit * CEILING),
  },
  {
    name: 'fleet, no rate set',
    ours: true,
    requests: 3,
    drain: (bed, accounts) => drainFleet(bed, accounts),
  },
];

const SCRIPTS: Contender[] = [
  {
    name: 'plain script',
    ours: false,
    requests: 2,
    drain: (bed, accounts) => drainScript(bed, accounts, 'standard'),
  },
  {
    name: 'plain script, adaptive mode',
    ours: false,
    requests: 2,
    drain: (bed, accounts) => drainScript(bed, accounts, 'adaptive'),
  },
];

/** What came of a contender at a limit. */
interface Drained {
  contender: Contender;
  limit: number;
  accounts: number;
  seconds: number;
  done: number;
  /** Requests that AWS counts, and those of them that it refused. */
  calls: number;
  throttled: number;
  instances: number;
  /** Instances of accounts that were given up: nobody knows of them. */
  unknown: number;
  /** Accounts with more than one instance. */
  doubled: number;
}

/** Measures how long accounts take where AWS throttles: fleets, and scripts as a team would write them. */
export async function fleetDrain(site: Site, scale: Scale): Promise<Measured> {
  const drains: Drained[] = [];
  // What scripts do has nothing to do with the engine, and no two cores carry a cluster at 33 accounts a second.
  const isCluster = site.kind === 'cluster';
  const contenders = isCluster ? FLEETS : [...FLEETS, ...SCRIPTS];
  for (const { limit, accounts } of isCluster ? LIMITS.slice(0, 1) : LIMITS)
    for (const contender of contenders)
      drains.push(await site.withTestbed((bed) => drain(bed, contender, limit, scaled(accounts, scale))));
  const doubled = drains.reduce((sum, it) => sum + it.doubled, 0);
  return {
    rows: [],
    tables: [
      {
        columns: [
          'AWS takes',
          'who',
          'drained in',
          'the ideal',
          'ratio',
          'wanted',
          'throttled',
          'accounts done',
          'given up',
          'instances of those',
        ],
        lines: drains.map(line),
      },
    ],
    remarks: [`Draining: one round each. Accounts with more than one instance: ${doubled}.`],
    ...(isCluster ? {} : { chart: drainChart(drains) }),
  };
}

async function drain(bed: Testbed, contender: Contender, limit: number, count: number): Promise<Drained> {
  const throttle = { ratePerSecond: limit, burst: limit * BURST };
  await bed.emulator.reset({ creationMs: 0, throttle });
  const accounts = freshAccounts(count);
  const { done, seconds } = await contender.drain(bed, accounts, limit);
  const known = new Set(done);
  const log = await bed.emulator.get<{ operation: string; outcome: string }[]>('/calls');
  // STS has quotas of its own.
  const calls = log.filter(({ operation }) => operation !== 'AssumeRole');
  const instances = await bed.emulator.get<{ accountId: string }[]>('/instances?deleted=true');
  const owners = new Set(instances.map(({ accountId }) => accountId));
  return {
    contender,
    limit,
    accounts: count,
    seconds,
    done: done.length,
    calls: calls.length,
    throttled: calls.filter(({ outcome }) => outcome === 'ThrottlingException').length,
    instances: instances.length,
    unknown: instances.filter(({ accountId }) => !known.has(accountId)).length,
    doubled: instances.length - owners.size,
  };
}

async function drainFleet(bed: Testbed, accounts: string[], rate?: number) {
  const worker = await bed.startWorker();
  await bed.client.setRate(rate);
  const name = `drain-${accounts[0] ?? ''}`;
  const ms = await timed(async () => {
    await bed.client.fleets.start({
      name,
      accounts: accounts.map((accountId) => ({ accountId, region: 'eu-west-1' })),
      maxConcurrent: WINDOW,
    });
    await bed.client.fleets.result(name);
  });
  const done: string[] = [];
  for await (const { accountId, end } of bed.client.fleets.outcomes(name))
    if (end === 'succeeded') done.push(accountId);
  await worker.stop();
  return { done, seconds: ms / 1000 };
}

async function drainScript(bed: Testbed, accounts: string[], retryMode: 'standard' | 'adaptive') {
  const env = { ...emulatorEnvironment(bed.emulator.url), AWS_RETRY_MODE: retryMode };
  const script = await startPeer('bench/jobs/fleet-script.js', [], env);
  let done: string[] = [];
  const ms = await timed(async () => {
    ({ done } = await script.ask({ accounts, concurrency: WINDOW }));
  });
  await script.stop();
  return { done, seconds: ms / 1000 };
}

function line(drained: Drained): (string | number)[] {
  const { contender, limit, accounts, seconds, done, calls, throttled, unknown } = drained;
  const ideal = (accounts * contender.requests) / limit;
  return [
    `${limit} requests/s`,
    contender.name,
    `**${short(seconds)}** s`,
    `${short(ideal)} s`,
    // Of a script that gave up accounts the time says nothing.
    done === accounts ? (seconds / ideal).toFixed(3) : '',
    contender.ours ? '≤ 1.1' : '',
    `${((100 * throttled) / calls).toFixed(1)} % of ${calls.toLocaleString('en')}`,
    done.toLocaleString('en'),
    (accounts - done).toLocaleString('en'),
    unknown.toLocaleString('en'),
  ];
}

function drainChart(drains: readonly Drained[]): Chart {
  const [first] = drains;
  const shown = drains.filter(({ limit }) => limit === first?.limit);
  const count = (first?.accounts ?? 0).toLocaleString('en');
  return {
    file: 'drain',
    title: `Accounts given up, of ${count}, where AWS takes ${first?.limit ?? 0} requests/s (less is better)`,
    unit: '',
    bars: shown.map(({ contender, accounts, done }) => ({
      label: contender.name.replaceAll('`', ''),
      sample: summarize([accounts - done]),
      ours: contender.ours,
    })),
  };
}
