import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createWorker, readWorkerSettings } from 'identity-center-orchestrator/worker';
import type { vendAccount } from './workflows.js';

const [accountId = ''] = process.argv.slice(2);
const connection = await NativeConnection.connect({
  address: process.env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233',
});

// This package's worker, with the settings of its environment, beside one of your own: one process, two task queues.
const { taskQueue, maxConcurrentCalls, aws } = readWorkerSettings(process.env);
const theirs = await createWorker({ connection, namespace: 'default', taskQueue, maxConcurrentCalls, aws });
const yours = await Worker.create({
  connection,
  taskQueue: `${taskQueue}-vending`,
  workflowsPath: fileURLToPath(new URL('workflows.js', import.meta.url)),
});

const vending = theirs.runUntil(
  yours.runUntil(async () => {
    const client = new Client({ connection });
    return client.workflow.execute<typeof vendAccount>('vendAccount', {
      workflowId: `vend/${accountId}`,
      taskQueue: `${taskQueue}-vending`,
      args: [accountId, taskQueue],
    });
  }),
);
console.log('vended', await vending);
await connection.close();
