import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';
import { IdentityCenterPlugin } from 'identity-center-orchestrator/worker';

const connection = await NativeConnection.connect({
  address: process.env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233',
});
const worker = await Worker.create({
  connection,
  taskQueue: 'account-vending',
  workflowsPath: fileURLToPath(new URL('workflows.js', import.meta.url)),
  // Has this process serve Identity Center's runs as well, with the settings of its environment.
  plugins: [new IdentityCenterPlugin()],
});
console.log('serving');
await worker.run();
await connection.close();
