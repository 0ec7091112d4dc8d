import { randomUUID } from 'node:crypto';
import type { AccountAudit, AuditReport, AuditRequestInput, RequestDefaults } from '../../client';
import { defined } from '../../contract';
import type { OrganizationSettings } from '../../sandbox/emulator/organization';
import { freshAccount, requestFor } from './harness';
import { startProvisioning, type ProvisioningHarness } from './provisioning';

export type Members = NonNullable<OrganizationSettings['accounts']>;

/** The real parts of a test file about audits, from the first test on. */
export interface AuditSuite {
  readonly its: ProvisioningHarness;
  /** The names of its audits, the first first. */
  readonly names: readonly string[];
  /** Audits an organization of these members; the accounts of other tests are left out of what it found. */
  readonly auditOf: (
    members: readonly (string | Members[number])[],
    more?: AuditRequestInput,
    settings?: OrganizationSettings,
  ) => Promise<AuditReport & { of: (accountId: string) => AccountAudit | undefined }>;
  /** An account that a run has provisioned, with a name and a tag. */
  readonly provisioned: (more?: Parameters<ProvisioningHarness['provision']>[2]) => Promise<{
    account: string;
    InstanceArn: string;
    owner: Awaited<ReturnType<ProvisioningHarness['owner']>>;
  }>;
  /** How many calls have written to AWS. */
  readonly writes: () => number;
}

/** Starts a harness before the tests of a file, and ends it after. */
export function auditSuite(): AuditSuite {
  let harness: ProvisioningHarness | undefined;
  beforeAll(async () => {
    harness = await startProvisioning();
  });
  afterAll(() => harness?.stop());
  const started = () => {
    if (harness === undefined) throw new Error('the parts of a suite are there in its tests');
    return harness;
  };
  const names: string[] = [];
  return {
    get its() {
      return started();
    },
    names,
    async auditOf(members, more = {}, settings = {}) {
      const { client, emulator } = started();
      const accounts = members.map((it) => (typeof it === 'string' ? { id: it } : it));
      emulator.setOrganization({ accounts, ...settings });
      const name = `audit-${randomUUID().slice(0, 8)}`;
      names.push(name);
      const report = await client.audits.result(await client.audits.start({ name, ...more }));
      return { ...report, of: (accountId) => report.found.find((it) => it.accountId === accountId) };
    },
    async provisioned(more = {}) {
      const its = started();
      const account = freshAccount();
      const { instanceArn } = await its.provision(
        account,
        {},
        { name: 'first', tags: { team: 'a' }, ...more },
      );
      return { account, InstanceArn: instanceArn, owner: await its.owner(account) };
    },
    writes: () =>
      started()
        .emulator.calls()
        .filter(({ operation }) => !/^(List|Describe|AssumeRole)/.test(operation)).length,
  };
}

/** What {@link requestFor} asks for, of every account. */
export function forAll(more: Parameters<typeof requestFor>[1]): RequestDefaults {
  const { region, timing } = requestFor('', more);
  return { region, ...defined({ timing }), ...more };
}
