/**
 * Upgrades the workers under 200 open runs: `npm run upgrade`, or `npm run upgrade -- --cluster` on a Temporal cluster. Prints
 * what happens, and exits 1 where anything failed.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { IdentityCenterClient } from '../../client';
import { startEmulator } from '../../sandbox';
import { startEngine } from '../machine/engine';
import { rollOut } from './roll-out';

// Keeps the SDK's warning about the version of Node.js out of the output.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

async function main(): Promise<void> {
  const { cluster, runs } = new Command('upgrade')
    .option('--cluster', 'on a Temporal cluster')
    .option('--runs <n>', 'how many runs are open', '200')
    .parse()
    .opts<{ cluster?: true; runs: string }>();
  const began = performance.now();
  const log = (line: string) => {
    console.log(`${((performance.now() - began) / 1_000).toFixed(1).padStart(6)} s  ${line}`);
  };
  const folder = await mkdtemp(path.join(tmpdir(), 'identity-center-upgrade-'));
  const engine = await startEngine(cluster === true ? 'cluster' : 'devServer', folder);
  const emulator = await startEmulator({ port: 0 });
  emulator.setFaults({ creationMs: 0, deletionMs: 0 });
  const { temporal } = await IdentityCenterClient.connect({
    connectionOptions: { address: engine.address },
    namespace: 'default',
  });
  try {
    const { problems } = await rollOut({
      address: engine.address,
      client: new IdentityCenterClient(temporal, 'upgrade'),
      emulator,
      openRuns: Number(runs),
      workersPerVersion: 2,
      name: 'upgrade',
      log,
    });
    problems.forEach((problem) => {
      console.error(problem);
    });
    process.exitCode = problems.length === 0 ? 0 : 1;
  } finally {
    await temporal.connection.close();
    await emulator.close();
    await engine.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

void main();
