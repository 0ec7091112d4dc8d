/**
 * The time from start to result of one run at a time (`creationMs` 0, no faults), beside that of a workflow of two empty
 * activities, taken in turns on the same server, in one process: `npm run bench:latency`.
 */
import { performance } from 'node:perf_hooks';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { IdentityCenterClient } from '../client';
import { emulatorSettings, startEmulator } from '../sandbox';
import { startTemporalServer } from '../sandbox/temporal-server';
import { createLogger, createWorker, installLogger } from '../worker';

const RUNS = 20;
const WARM_UP = 5;
const nothing = async (): Promise<void> => Promise.resolve();

async function main(): Promise<void> {
  installLogger(createLogger('error'));
  const server = await startTemporalServer({ port: 0, uiPort: false });
  const emulator = await startEmulator({ port: 0 });
  emulator.setFaults({ creationMs: 0 });
  const native = await NativeConnection.connect({ address: server.address });
  const connection = await Connection.connect({ address: server.address });
  const common = { connection: native, namespace: 'default' };
  const workers = [
    await createWorker({ ...common, taskQueue: 'ours', aws: emulatorSettings(emulator.url) }),
    await Worker.create({
      ...common,
      taskQueue: 'bare',
      workflowsPath: path.join(__dirname, 'bare-workflow.js'),
      activities: { first: nothing, second: nothing },
    }),
  ];
  const ended = Promise.all(workers.map((worker) => worker.run()));
  const temporal = new Client({ connection });
  const client = new IdentityCenterClient(temporal, 'ours');

  const times: Record<'ours' | 'bare', number[]> = { ours: [], bare: [] };
  for (let run = 0; run < WARM_UP + RUNS; run += 1) {
    const account = String(100_000_000_000 + run);
    const ours = await timed(() => client.provision({ accountId: account, region: 'eu-west-1' }));
    const bare = await timed(() =>
      temporal.workflow.execute('bareWorkflow', { taskQueue: 'bare', workflowId: `bare-${run}` }),
    );
    if (run < WARM_UP) continue;
    times.ours.push(ours);
    times.bare.push(bare);
  }
  for (const worker of workers) worker.shutdown();
  await ended;
  await connection.close();
  await native.close();
  await emulator.close();
  await server.stop();

  console.table({
    'provisionIdentityCenter (ms)': summary(times.ours),
    'two empty activities (ms)': summary(times.bare),
  });
  console.log(
    `ratio of the medians: ${(median(times.ours) / median(times.bare)).toFixed(2)}, ${RUNS} runs each`,
  );
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return performance.now() - began;
}

function summary(times: number[]): Record<string, number> {
  return {
    median: Math.round(median(times) * 10) / 10,
    least: Math.round(Math.min(...times) * 10) / 10,
    most: Math.round(Math.max(...times) * 10) / 10,
  };
}

function median(times: number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return (
    ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0)) /
    2
  );
}

void main();
