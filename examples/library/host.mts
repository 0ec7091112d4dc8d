import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities, realDependencies } from 'identity-center-orchestrator/activities';
import { createServiceHandler, readWorkerSettings } from 'identity-center-orchestrator/worker';

const { resolve } = createRequire(import.meta.url);
const connection = await NativeConnection.connect({
  address: process.env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233',
});
const { taskQueue, aws } = readWorkerSettings(process.env);
const worker = await Worker.create({
  connection,
  taskQueue,
  // Yours, with a line more: export * from 'identity-center-orchestrator/workflows'.
  workflowsPath: fileURLToPath(new URL('all-workflows.js', import.meta.url)),
  interceptors: { workflowModules: [resolve('identity-center-orchestrator/workflows/interceptors')] },
  dataConverter: {
    payloadConverterPath: resolve('identity-center-orchestrator/workflows/payload-converter'),
  },
  activities: createActivities(realDependencies(aws)),
  // The Nexus service, where other teams call it.
  nexusServices: [createServiceHandler()],
});
console.log('serving');
await worker.run();
await connection.close();
