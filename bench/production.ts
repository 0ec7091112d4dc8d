import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { Client } from '@temporalio/client';
import { IdentityCenterClient } from '../client';
import { KEYS_VARIABLE, temporalExtensions } from '../encryption';
import { scaled, summarize, type Measured, type Scale } from './figures';
import { cpuMs, peakMb } from './processes';
import { spread } from './report';
import type { Testbed } from './testbed';
import { freshAccounts, freshNumber, inParallel } from './work';

const RUNS = 200;
const CONCURRENCY = 20;

interface Costs {
  start: number[];
  cpu: number[];
  memory: number[];
}

/** Measures what the settings of production cost a worker: each in a new process on a task queue of its own, in turns. */
export async function production(bed: Testbed, scale: Scale): Promise<Measured> {
  await bed.emulator.reset({ creationMs: 0 });
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-keys-'));
  const keys = path.join(folder, 'keys.json');
  const key = { id: 'bench', key: randomBytes(32).toString('base64') };
  writeFileSync(keys, JSON.stringify({ encryptWith: key.id, keys: [key] }), { mode: 0o600 });
  const collector = createServer((request, response) => {
    request.resume().on('end', () => response.end());
  });
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const { port } = collector.address() as AddressInfo;
  const settings: [string, Record<string, string>][] = [
    ['none of these', {}],
    ['metrics (`IDENTITY_CENTER_METRICS_ADDRESS`)', { IDENTITY_CENTER_METRICS_ADDRESS: '127.0.0.1:0' }],
    [`encryption (\`${KEYS_VARIABLE}\`)`, { [KEYS_VARIABLE]: keys }],
    ['traces (`OTEL_EXPORTER_OTLP_ENDPOINT`)', { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` }],
  ];
  const costs = settings.map((): Costs => ({ start: [], cpu: [], memory: [] }));
  try {
    for (let round = 0; round < scale.rounds; round += 1)
      for (const [index, [, env]] of settings.entries()) {
        const cost = await measureWorker(bed, env, scaled(RUNS, scale));
        costs[index]?.start.push(cost.start);
        costs[index]?.cpu.push(cost.cpu);
        costs[index]?.memory.push(cost.memory);
      }
  } finally {
    collector.close();
    rmSync(folder, { recursive: true });
  }
  return {
    rows: [],
    tables: [
      {
        columns: ['a worker with', 'cold start', 'its CPU a run', 'its memory at the most'],
        lines: settings.map(([name], index) => {
          const { start, cpu, memory } = costs[index] ?? { start: [], cpu: [], memory: [] };
          return [
            name,
            spread(summarize(start), 'ms'),
            spread(summarize(cpu), 'ms'),
            spread(summarize(memory), 'MB'),
          ];
        }),
      },
    ],
    remarks: [`Settings of production: ${scaled(RUNS, scale)} runs a round, ${CONCURRENCY} at once.`],
  };
}

/** From the start of the process to the first result, then what runs cost it. */
async function measureWorker(
  bed: Testbed,
  env: Record<string, string>,
  count: number,
): Promise<Record<keyof Costs, number>> {
  const taskQueue = `production-${freshNumber()}`;
  const { dataConverter } = await temporalExtensions(env);
  const temporal = new Client({ connection: bed.temporal.connection, dataConverter });
  const client = new IdentityCenterClient(temporal, taskQueue);
  const requests = freshAccounts(count + 1).map((accountId) => ({ accountId, region: 'eu-west-1' }));
  const [first = { accountId: '', region: '' }, ...others] = requests;
  const waiting = await client.start(first);
  const began = performance.now();
  const worker = await bed.startWorker({ ...env, IDENTITY_CENTER_TASK_QUEUE: taskQueue });
  await client.result(waiting);
  const start = performance.now() - began;
  const before = cpuMs(worker.pid);
  await inParallel(others, CONCURRENCY, (request) => client.provision(request));
  const cpu = (cpuMs(worker.pid) - before) / count;
  const memory = peakMb(worker.pid);
  await worker.stop();
  return { start, cpu, memory };
}
