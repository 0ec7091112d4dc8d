// A worker of a workflow bundle, as a process: node bundle-worker.cjs ADDRESS TASK-QUEUE BUNDLE
const { NativeConnection, Worker } = require('@temporalio/worker');

async function main([address, taskQueue, codePath]) {
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: { codePath },
    // As the worker of the product has it.
    stickyQueueScheduleToStartTimeout: 2_000,
    workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 2 },
  });
  console.log('serves');
  await worker.run();
}

void main(process.argv.slice(2));
