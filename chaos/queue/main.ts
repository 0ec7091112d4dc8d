/**
 * Vends 1,000 accounts by events that come twice or never, while the workers that consume their queue are killed, and has one
 * audit start what is missing: `npm run chaos:queue`. Prints what happens, and exits 1 where an account has not exactly one instance.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { IdentityCenterClient } from '../../client';
import { startEmulator } from '../../sandbox';
import { startEngine } from '../machine/engine';
import { playQueue } from './play';
import { measureQuiet } from './quiet';

// Keeps the SDK's warning about the version of Node.js out of the output.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

async function main(): Promise<void> {
  const { events, workers } = new Command('chaos:queue')
    .option('--events <n>', 'how many accounts are vended', '1000')
    .option('--workers <n>', 'how many workers consume', '2')
    .parse()
    .opts<{ events: string; workers: string }>();
  const began = performance.now();
  const log = (line: string) => {
    console.log(`${((performance.now() - began) / 1_000).toFixed(1).padStart(6)} s  ${line}`);
  };
  const folder = await mkdtemp(path.join(tmpdir(), 'identity-center-queue-'));
  const engine = await startEngine('devServer', folder);
  const emulator = await startEmulator({ port: 0 });
  const { temporal } = await IdentityCenterClient.connect({
    connectionOptions: { address: engine.address },
    namespace: 'default',
  });
  const { address } = engine;
  try {
    const quiet = new IdentityCenterClient(temporal, 'quiet');
    log(`one event at a time: ${JSON.stringify(await measureQuiet(address, quiet, emulator, folder))}`);
    emulator.reset();
    const { problems, ...figures } = await playQueue({
      address,
      client: new IdentityCenterClient(temporal, 'queue'),
      emulator,
      folder,
      events: Number(events),
      workers: Number(workers),
      name: 'queue',
      log,
    });
    log(JSON.stringify(figures));
    for (const problem of problems) console.error(problem);
    process.exitCode = problems.length === 0 ? 0 : 1;
  } finally {
    await temporal.connection.close();
    await emulator.close();
    await engine.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

void main();
