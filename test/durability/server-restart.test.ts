import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTemporalServer, type TemporalServer } from '../../sandbox/temporal-server';
import { freshAccount, requestFor, startHarness, until, type Harness } from '../support/harness';

let folder: string;
let server: TemporalServer;
let harness: Harness;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'identity-center-'));
  server = await startTemporalServer({ dbFile: path.join(folder, 'temporal.db'), port: 0, uiPort: false });
  harness = await startHarness({ address: server.address });
});

afterEach(async () => {
  await harness.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function restartWith(end: 'stop' | 'kill'): Promise<void> {
  await server[end]();
  const port = Number(server.address.split(':')[1]);
  server = await startTemporalServer({ dbFile: path.join(folder, 'temporal.db'), port, uiPort: false });
}

const created = (account: string) => harness.emulator.instances().filter((it) => it.accountId === account);

test.each(['stop', 'kill'] as const)(
  'the server ended (%s) in mid-run and started again: one instance',
  async (end) => {
    const account = freshAccount();
    harness.emulator.setFaults({ accounts: [account], creationMs: 9_000 });
    const run = await harness.client.start(requestFor(account));
    await until(
      () => created(account).length,
      (count) => count === 1,
    );
    await restartWith(end);
    await expect(harness.client.result(run)).resolves.toMatchObject({
      outcome: 'created',
      instanceArn: created(account)[0]?.instanceArn,
    });
    expect(created(account)).toHaveLength(1);
    expect(harness.emulator.calls({ account, operation: 'CreateInstance' }).length).toBeLessThanOrEqual(2);
  },
);
