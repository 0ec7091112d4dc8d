import { setTimeout as sleep } from 'node:timers/promises';
import { emulatorSettings } from '../../sandbox';
import { serve } from '../../worker';
import { logErrorsOnly, withHarness } from '../support/harness';

test('a companion that fails ends its worker, which says why', async () => {
  await withHarness({ worker: false }, async ({ address, taskQueue, emulator }) => {
    logErrorsOnly();
    const serving = serve({
      aws: emulatorSettings(emulator.url),
      taskQueue,
      readConnection: () => ({ connectionOptions: { address }, namespace: 'default' }),
      signal: new AbortController().signal,
      companion: async (client) => {
        await sleep(100);
        throw new Error(`no queue in ${client().options.namespace}`);
      },
    });
    await expect(serving).rejects.toThrow('no queue in default');
  });
});
