/** A worker of the bare workflows, with a prebuilt bundle like ours: `node worker.js ADDRESS TASK_QUEUE EMULATOR_URL`. */
import { existsSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { bareActivities } from './activities';

const WORKFLOWS = path.join(__dirname, 'workflows.js');
const BUNDLE = path.join(__dirname, 'bundle.js');

async function main(address = '', taskQueue = '', emulatorUrl = ''): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { forward: {} } } });
  if (!existsSync(BUNDLE) || statSync(BUNDLE).mtimeMs < statSync(WORKFLOWS).mtimeMs) {
    const { code } = await bundleWorkflowCode({ workflowsPath: WORKFLOWS });
    writeFileSync(BUNDLE, code);
  }
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: { codePath: BUNDLE },
    activities: bareActivities(emulatorUrl),
    // As ours has them.
    maxConcurrentActivityTaskExecutions: 100,
  });
  process.once('SIGTERM', () => {
    worker.shutdown();
  });
  process.stdout.write('ready\n');
  await worker.run();
  await connection.close();
}

void main(...process.argv.slice(2));
