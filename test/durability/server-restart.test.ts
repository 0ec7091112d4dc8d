import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTemporalServer } from '../../sandbox/temporal-server';
import { freshAccount, requestFor, until, withHarness } from '../support/harness';
import { quietPort } from '../support/ports';

test.concurrent.each(['stop', 'kill'] as const)(
  'the server ended (%s) in mid-run and started again: one instance',
  async (end) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'identity-center-'));
    const dbFile = path.join(folder, 'temporal.db');
    let server = await startTemporalServer({ dbFile, port: await quietPort(), uiPort: false });
    try {
      await withHarness({ address: server.address }, async ({ client, emulator }) => {
        const account = freshAccount();
        const created = () => emulator.instances().filter((it) => it.accountId === account);
        emulator.setFaults({ accounts: [account], creationMs: 9_000 });
        const run = await client.start(requestFor(account));
        await until(
          () => created().length,
          (count) => count === 1,
        );
        await server[end]();
        const port = Number(server.address.split(':')[1]);
        server = await startTemporalServer({ dbFile, port, uiPort: false });
        await expect(client.result(run)).resolves.toMatchObject({
          outcome: 'created',
          instanceArn: created()[0]?.instanceArn,
        });
        expect(created()).toHaveLength(1);
        expect(emulator.calls({ account, operation: 'CreateInstance' }).length).toBeLessThanOrEqual(2);
      });
    } finally {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
);
