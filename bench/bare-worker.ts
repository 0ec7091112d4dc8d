/** A worker of the bare workflows, with a prebuilt bundle like ours: `node bare-worker.js ADDRESS`. */
import { existsSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, NativeConnection, Runtime, Worker, DefaultLogger } from '@temporalio/worker';

const WORKFLOWS = path.join(__dirname, 'bare-workflow.js');
const BUNDLE = path.join(__dirname, 'bare-bundle.js');

async function main(address: string): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { forward: {} } } });
  if (!existsSync(BUNDLE) || statSync(BUNDLE).mtimeMs < statSync(WORKFLOWS).mtimeMs) {
    const { code } = await bundleWorkflowCode({ workflowsPath: WORKFLOWS });
    writeFileSync(BUNDLE, code);
  }
  const nothing = async (): Promise<void> => Promise.resolve();
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue: 'bare',
    workflowBundle: { codePath: BUNDLE },
    activities: { first: nothing, second: nothing },
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

void main(process.argv[2] ?? '');
