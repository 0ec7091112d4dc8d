import { randomUUID } from 'node:crypto';
import { rollOut } from '../../chaos/upgrade/roll-out';
import { withHarness } from '../support/harness';

test('the workers are upgraded under open runs: each ends, with one instance, and no workflow task fails', async () => {
  await withHarness({ worker: false }, async ({ address, client, emulator }) => {
    const lines: string[] = [];
    const { accounts, problems } = await rollOut({
      address,
      client,
      emulator,
      openRuns: 12,
      workersPerVersion: 1,
      name: `upgrade-${randomUUID()}`,
      log: (line) => lines.push(line),
    });
    expect(problems).toEqual([]);
    expect(accounts).toBe(42);
    expect(lines).toContainEqual(
      expect.stringMatching(/^the new version has passed the gate: replay: goes on/),
    );
  });
});
