/**
 * A Temporal cluster on this machine: `npm run cluster`, and from another terminal
 * `npm run cluster -- status`, `… kill history-1`, `… start history-1`, `… stop`.
 */
import { Argument, Command } from 'commander';
import path from 'node:path';
import { startCluster } from './cluster';
import { DATABASES } from './configuration';
import { control, type Order, type Snapshot } from './control';
import { clusterFolder } from './folder';
import { PART_NAMES } from './parts';
import { PASSWORD_FILE } from './postgres';

/** As a shell tells it. */
const INTERRUPTED = 130;
const STOP_WITHIN_MS = 15_000;

interface Options {
  folder: string;
}

async function main(): Promise<void> {
  const program = new Command('npm run cluster --').description(
    'PostgreSQL and a Temporal cluster of six processes on this machine.',
  );
  const order = (name: Order, description: string, ofParts: '<name>' | '[name]' | undefined) => {
    const made = program.command(name, { isDefault: name === 'start' }).description(description);
    made.option('--folder <folder>', 'where the cluster keeps its data; one runs in each', clusterFolder());
    if (ofParts !== undefined) made.addArgument(new Argument(ofParts).choices(PART_NAMES));
    return made;
  };
  order('start', 'the cluster, until Ctrl-C; or a process of the one that runs, by name', '[name]').action(
    async (name: string | undefined, { folder }: Options) => {
      if (name === undefined) await runCluster(folder);
      else show(folder, await control(folder, 'start', name));
    },
  );
  order('status', 'the processes of the cluster that runs', undefined).action(async ({ folder }: Options) => {
    show(folder, await control(folder, 'status'));
  });
  order('kill', 'a process, as a crash would', '<name>').action(async (name: string, { folder }: Options) => {
    show(folder, await control(folder, 'kill', name));
  });
  order('stop', 'the cluster, or a process in good order, by name', '[name]').action(
    async (name: string | undefined, { folder }: Options) => {
      const left = await control(folder, 'stop', name);
      if (name === undefined) console.log(`The cluster in ${folder} stops.`);
      else show(folder, left);
    },
  );
  await program.parseAsync();
}

async function runCluster(folder: string): Promise<void> {
  const interrupted = new Promise<unknown>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve);
  });
  const starting = startCluster({
    folder,
    onProgress: console.error,
    onEnded(name) {
      console.error(`${name} has ended by itself. Again: npm run cluster -- start ${name}`);
    },
  });
  // What is about to start ends with this process.
  void interrupted.then(() => setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref());
  const cluster = await Promise.race([starting, interrupted.then(() => undefined)]);
  if (cluster === undefined) process.exit(INTERRUPTED);
  show(folder, await control(folder, 'status'));
  console.log(`\nUp until Ctrl-C. In a second terminal:
  export TEMPORAL_ADDRESS=${cluster.address}
  npx identity-center up
  npm run cluster -- kill history-1
  npm run cluster -- start history-1`);
  await Promise.race([interrupted, cluster.stopped]);
  await cluster.stop();
}

/** Shows all but the password of the database, which lies in a file that only this user may read. */
function show(folder: string, { uiUrl, parts }: Snapshot): void {
  const rows = parts.map(({ name, address, pid }) => ({ process: name, address, pid: pid ?? 'ended' }));
  console.table(Object.fromEntries(rows.map(({ process, ...rest }) => [process, rest])));
  if (uiUrl !== undefined) console.log(`UI          ${uiUrl}`);
  const [host, port] = parts.find(({ name }) => name === 'postgresql')?.address.split(':') ?? [];
  const password = path.join(folder, PASSWORD_FILE);
  console.log(
    `PostgreSQL  PGPASSWORD=$(cat ${password}) psql -h ${host} -p ${port} -U postgres ${DATABASES.state}`,
  );
}

main().catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
