import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { playQueue } from '../../../chaos/queue/play';
import { withHarness } from '../../support/harness';

test('events that come twice or never, and workers that are killed: after one audit each account has one instance', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'identity-center-queue-'));
  try {
    await withHarness({ worker: false }, async ({ address, client, emulator }) => {
      const { problems, ...play } = await playQueue({
        address,
        client,
        emulator,
        folder,
        events: 20,
        killEveryMs: 1_000,
        sendEveryMs: 400,
        // The server is shared by all tests.
        firstAccount: Number(`3${String(Date.now()).slice(-8)}000`),
        name: `queue-${randomUUID().slice(0, 8)}`,
        log: () => undefined,
      });
      expect(problems).toEqual([]);
      expect(play.kills).toBeGreaterThan(0);
      expect(play).toMatchObject({ accounts: 20, sent: 18 + 6, byEvents: 18, byAudit: 2 });
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
