import { randomUUID } from 'node:crypto';
import { auditIdOf } from '../../../contract';
import { freshAccounts } from '../../support/fleets';
import { startProvisioning, type ProvisioningHarness } from '../../support/provisioning';

let its: ProvisioningHarness;
beforeAll(async () => {
  // A history may hold fewer events than the pages of this audit make together.
  its = await startProvisioning({
    ownServer: {
      dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': 30, 'limit.historyCount.error': 1_000 },
    },
  });
});
afterAll(() => its.stop());

test('an audit of many pages goes on in other executions, and counts each account once', async () => {
  const waiting = freshAccounts(1_000).map((id) => ({ id, state: 'PENDING_ACTIVATION' as const }));
  const active = freshAccounts(60);
  its.emulator.setOrganization({ accounts: [...waiting, ...active.map((id) => ({ id }))] });
  const name = randomUUID().slice(0, 8);
  const { audits } = its.client;
  const { runId, ...audit } = await audits.start({ name });
  const report = await audits.result({ runId, ...audit });
  expect(report).toMatchObject({
    accounts: 1_061,
    pages: 5,
    counts: { inactive: 1_000, missing: 60, management: 1 },
    drifted: 60,
  });
  expect(new Set(report.found.map(({ accountId }) => accountId)).size).toBe(1_061);
  const last = await its.temporal.workflow.getHandle(auditIdOf(name)).describe();
  expect(last.runId).not.toBe(runId);
  expect(last.historyLength).toBeLessThan(150);
  // A page that was lost is told, and the others are there.
  await expect(audits.report(name)).resolves.toMatchObject({ lostPages: [], drifted: 60 });
});
