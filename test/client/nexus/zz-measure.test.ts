import { temporal } from '@temporalio/proto';
import { writeFileSync } from 'node:fs';
import { startCallers, type Callers } from '../../support/nexus';
import { freshAccount, handleOf, requestFor, until } from '../../support/harness';
import { startProvisioning, type ProvisioningHarness } from '../../support/provisioning';

let harness: ProvisioningHarness;
let callers: Callers;
beforeAll(async () => {
  harness = await startProvisioning();
  callers = await startCallers(harness);
});
afterAll(async () => {
  await callers.stop();
  await harness.stop();
});
const median = (all: number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];
const names = (events: readonly { eventType?: number | null }[]) =>
  events.map(({ eventType }) => temporal.api.enums.v1.EventType[eventType ?? 0]?.replace('EVENT_TYPE_', ''));

test('measure', async () => {
  const out: Record<string, unknown> = {};
  await callers.call('provision', requestFor(freshAccount()));
  const time = async (n: number, work: () => Promise<unknown>) => {
    const all: number[] = [];
    for (let i = 0; i < n; i++) {
      const began = performance.now();
      await work();
      all.push(Math.round(performance.now() - began));
    }
    return { median: median(all), all };
  };
  out['nexus provision'] = await time(20, () =>
    callers.call('provision', { accountId: freshAccount(), region: 'eu-west-1' }),
  );
  out['library provision'] = await time(20, () =>
    harness.client.provision({ accountId: freshAccount(), region: 'eu-west-1' }),
  );
  const known = freshAccount();
  await callers.call('provision', { accountId: known, region: 'eu-west-1' });
  out['nexus status'] = await time(20, () => callers.call('status', { accountId: known }));
  const began = performance.now();
  const many = await Promise.all(
    Array.from({ length: 200 }, () =>
      callers.call('provision', { accountId: freshAccount(), region: 'eu-west-1' }),
    ),
  );
  out['200 at once'] = [Math.round(performance.now() - began), many.filter((it) => 'result' in it).length];
  const account = freshAccount();
  const one = await callers.start('provision', { accountId: account, region: 'eu-west-1' });
  await one.result();
  out['caller events'] = names((await one.fetchHistory()).events ?? []);
  out['run events'] = names(await harness.eventsOf(account));
  harness.emulator.setFaults({ accounts: [account], organizationForbids: true });
  const held = freshAccount();
  harness.emulator.setFaults({ accounts: [held], organizationForbids: true });
  const request = requestFor(held, { onFailure: 'hold' });
  await callers.start('provision', request);
  await until(
    () => harness.client.status(held).catch(() => undefined),
    (status) => status?.stage === 'held',
  );
  const before = await harness.eventsOf(held);
  await callers.start('provision', request);
  await until(
    async () => (await handleOf(harness, held).describe()).raw.callbacks?.length,
    (count) => count === 2,
  );
  out['joined events'] = names((await harness.eventsOf(held)).slice(before.length));
  const beforeRefusal = (await harness.eventsOf(held)).length;
  await callers.call('provision', { ...request, name: 'x' });
  out['refused events'] = names((await harness.eventsOf(held)).slice(beforeRefusal));
  await harness.client.abort(held, 'over');
  writeFileSync('/tmp/ico/19n-logs/measure.json', JSON.stringify(out, null, 1));
});
