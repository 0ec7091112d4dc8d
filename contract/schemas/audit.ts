import { z } from 'zod';
import { FINDINGS, type AccountAudit } from '../audit/finding';
import { AUDIT_STAGES, type AuditProgress, type AuditResult, type FindingCounts } from '../audit/result';
import { FAILURES } from '../failures/table';
import { instanceDifferences, oneOf, text, time, whole, type Shape } from './shape';

const finding = oneOf(FINDINGS);

const counted = {
  name: text('the name of the audit'),
  startedAt: time('when it began'),
  accounts: whole('accounts of the organization, and those that runs know besides'),
  counts: z
    .partialRecord(finding, whole('accounts that have it'))
    .describe(
      'how many accounts have each finding; one that has several counts in each',
    ) as z.ZodType<FindingCounts>,
  drifted: whole('accounts that are not as they were asked for'),
  unseen: whole('accounts that AWS, the account itself, or Temporal kept from being looked at'),
  pageIdPrefix: text('the workflows `<pageIdPrefix>0` and so on return a list of account audits'),
  pages: whole('how many of those there are'),
};

/** What the query `progress` of an audit answers. */
export const auditProgressSchema = () =>
  z.object({
    ...counted,
    stage: oneOf(AUDIT_STAGES).describe('where the audit stands'),
    seen: whole('accounts that were looked after'),
  } satisfies Shape<AuditProgress>);

/** What an audit returns. */
export const auditResultSchema = () =>
  z.object({
    ...counted,
    organizationId: text('the organization').exactOptional(),
    startable: whole('accounts that a run would make an instance for'),
    started: z
      .object({ fleet: text('its name'), accounts: whole('its accounts') })
      .describe('the fleet that makes what is missing')
      .exactOptional(),
  } satisfies Shape<AuditResult>);

/** What an audit found of one account. */
export const accountAuditSchema = () =>
  z.object({
    accountId: text('the AWS account'),
    findings: z.array(finding).describe('what was found: docs/pipelines.md'),
    why: text('what was seen'),
    remedy: text('the next step').exactOptional(),
    reason: oneOf(FAILURES).describe('why the account could not be looked at').exactOptional(),
    instanceArn: text('the instance').exactOptional(),
    differences: instanceDifferences.exactOptional(),
    startAs: z
      .union([z.string().regex(/^(otherwise|rules\.\d+)$/), z.record(z.string(), z.unknown())])
      .describe(
        'what a run would be asked for: what a rule, or "otherwise", says; or what an earlier run was',
      )
      .exactOptional() as z.ZodExactOptional<z.ZodType<NonNullable<AccountAudit['startAs']>>>,
  } satisfies Shape<AccountAudit>);
