import type { StartedRun } from '../../client';
import type { AuditResult } from '../../contract';
import { requestFor, type Harness } from '../support/harness';
import type { Scenario } from './scenario';

/** Of one organization: both may be recorded at the same time. */
export const auditScenarios: Record<string, Scenario> = {
  audit: { start: (harness, account) => startAudit(harness, account) },
  'audit-page': { start: startAuditPage },
};

/** An audit of accounts that are done, missing, in another Region, silent and suspended, that starts what is missing. */
async function startAudit(
  { client, emulator }: Harness,
  accountId: string,
): Promise<StartedRun & { name: string }> {
  const [missing = '', silent = '', suspended = ''] = [1_000, 2_000, 3_000].map((more) =>
    String(Number(accountId) + more),
  );
  const failNext = [{ operation: 'ListInstances', error: 'html503', times: 50 }];
  emulator.setFaults({ accounts: [silent], failNext });
  await client.provision(requestFor(accountId));
  emulator.setOrganization({
    accounts: [
      ...[accountId, missing, silent].map((id) => ({ id })),
      { id: suspended, state: 'SUSPENDED' as const },
    ],
  });
  const { timing } = requestFor(accountId);
  const defaults = { region: 'eu-west-1', ...(timing === undefined ? {} : { timing }) };
  const audit = await client.audits.start({
    name: `recorded-${accountId}`,
    start: true,
    rules: { defaults },
  });
  return { accountId, ...audit };
}

/** The page of such an audit. */
async function startAuditPage(harness: Harness, accountId: string): Promise<StartedRun> {
  const { workflowId } = await startAudit(harness, accountId);
  const { workflow } = harness.temporal;
  const { pageIdPrefix } = (await workflow.getHandle(workflowId).result()) as AuditResult;
  const page = await workflow.getHandle(`${pageIdPrefix}0`).describe();
  return { accountId, workflowId: page.workflowId, runId: page.runId, joined: false };
}
