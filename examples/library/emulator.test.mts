import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { IdentityCenterClient } from 'identity-center-orchestrator';
import { emulatorSettings, startEmulator } from 'identity-center-orchestrator/testing';
import { createWorker } from 'identity-center-orchestrator/worker';

await test('an account gets one instance, although AWS throttles', async () => {
  const emulator = await startEmulator({ port: 0 });
  const connection = await NativeConnection.connect({
    address: process.env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233',
  });
  const taskQueue = `test-${emulator.port}`;
  const aws = emulatorSettings(emulator.url);
  const worker = await createWorker({ connection, namespace: 'default', taskQueue, aws });
  const client = new IdentityCenterClient(new Client({ connection }), taskQueue);
  const accountId = String(Date.now()).slice(-12);
  emulator.setFaults({ throttle: { ratePerSecond: 1, burst: 1 } });
  await worker.runUntil(client.provision({ accountId, region: 'eu-west-1' }));
  assert.equal(emulator.instances().filter((it) => it.accountId === accountId).length, 1);
  await connection.close();
  await emulator.close();
});
