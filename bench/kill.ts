import { performance } from 'node:perf_hooks';
import { scaled, type Scale } from './figures';
import type { Peer } from './processes';
import type { Testbed } from './testbed';
import { freshAccounts, until } from './work';

/** What came of a batch whose process was killed with SIGKILL in the middle, and started again. */
export interface Killed {
  /** For a table. */
  verdict: string;
  /** A sentence. */
  account: string;
}

const ACCOUNTS = 60;
const CREATION_MS = 1_500;
/** The call of a killed worker is tried again within 30 s. */
const RECOVERY_MS = 60_000;

/** The worker of ours is killed; another takes over. */
export async function ourKill(bed: Testbed, scale: Scale): Promise<Killed> {
  const accounts = await prepare(bed, scale);
  const count = accounts.length;
  const worker = await bed.startWorker();
  let done = 0;
  const results = accounts.map(async (accountId) => {
    await bed.client.provision({ accountId, region: 'eu-west-1' });
    done += 1;
  });
  await halfCreated(bed, count);
  await worker.kill();
  const began = performance.now();
  const second = await bed.startWorker();
  await Promise.race([Promise.allSettled(results), until(() => done === count, RECOVERY_MS, 'all runs')]);
  const seconds = (performance.now() - began) / 1000;
  await second.stop();
  return judge(bed, count, done, seconds);
}

/** A process that does the whole job is killed and started again, with the accounts that it had not reported. */
export async function peerKill(bed: Testbed, scale: Scale, start: () => Promise<Peer>): Promise<Killed> {
  const accounts = await prepare(bed, scale);
  const reported = new Set<string>();
  const note = (account: string) => reported.add(account);
  const running = await start();
  const interrupted = running.ask({ accounts, concurrency: accounts.length }, note).catch(() => undefined);
  await halfCreated(bed, accounts.length);
  await running.kill();
  await interrupted;
  const began = performance.now();
  const again = await start();
  const rest = accounts.filter((account) => !reported.has(account));
  await again.ask({ accounts: rest, concurrency: rest.length }, note);
  const seconds = (performance.now() - began) / 1000;
  await again.stop();
  return judge(bed, accounts.length, reported.size, seconds);
}

async function prepare(bed: Testbed, scale: Scale): Promise<string[]> {
  await bed.emulator.reset({ creationMs: CREATION_MS, latencyMs: 100 });
  return freshAccounts(scaled(ACCOUNTS, scale));
}

/** The middle: AWS has carried out half of the creations, and not answered all of them. */
async function halfCreated(bed: Testbed, count: number): Promise<void> {
  const made = async () => (await bed.emulator.get<unknown[]>('/instances')).length >= count / 2;
  await until(made, 30_000, 'half of the instances');
}

async function judge(bed: Testbed, count: number, done: number, seconds: number): Promise<Killed> {
  const made = (await bed.emulator.get<unknown[]>('/instances')).length;
  const lost = count - done;
  const after = `${seconds.toFixed(0)} s after the restart`;
  return {
    verdict: lost === 0 ? `loses nothing (${seconds.toFixed(0)} s to recover)` : `loses ${lost} of ${count}`,
    account:
      lost === 0
        ? `all ${count} accounts ended with their instance, ${after}, with ${made} instances made`
        : `${done} of ${count} accounts ended with their instance; ${lost} have an instance that nobody knows of (${made} were made), and a new try is refused`,
  };
}
