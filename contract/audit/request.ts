import { z } from 'zod';
import { fleetRequestSchema } from '../fleet/request';
import { readEventRules } from '../rules/read-rules';
import { eventRulesSchema, type EventRules, type EventRulesInput } from '../rules/schema';
import { jsonBytes } from '../text';
import { readBy, type ReadRequest } from '../validation';

/** Workflow type that looks after every account of an organization. */
export const AUDIT_WORKFLOW = 'auditIdentityCenter';

/** The name of an audit for which none was given. */
export const DEFAULT_AUDIT_NAME = 'organization';

const AUDIT_ID_PREFIX = 'identity-center-audit/';

/** The workflow ID of an audit that somebody runs once, and the ID of its Schedule. */
export function auditIdOf(name: string): string {
  return `${AUDIT_ID_PREFIX}${name}`;
}

/** A Schedule adds the time to the workflow ID of what it starts. */
const SCHEDULED = /-\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** The name of the audit that has a workflow ID, be it run once or by a Schedule; `undefined` where no audit has it. */
export function auditNameOf(workflowId: string): string | undefined {
  if (!workflowId.startsWith(AUDIT_ID_PREFIX)) return undefined;
  const name = workflowId.slice(AUDIT_ID_PREFIX.length).replace(SCHEDULED, '');
  return NAME.test(name) ? name : undefined;
}

/** A fleet that the audit starts has the name, and the time, in its own. */
const NAME = /^[\w.-]{1,40}$/;

/** Their number has a bound, as that of the bytes of the rules has. */
const MOST_EXCLUDED = 5_000;

const fieldsSchema = z.strictObject({
  name: z
    .string()
    .regex(NAME, 'may hold letters, digits and _ . -, 40 at the most')
    .default(DEFAULT_AUDIT_NAME)
    .describe('names the audit; part of its workflow ID'),
  rules: eventRulesSchema()
    .optional()
    .describe(
      'which accounts get an instance, and what each is asked for, where no run has asked for anything: the rules for events',
    ),
  start: z.boolean().default(false).describe('start what is missing, by a fleet; else the audit reads only'),
  exclude: z
    .array(z.string().regex(/^\d{12}$/, 'must be an AWS account ID: 12 digits'))
    .max(MOST_EXCLUDED, `must be ${MOST_EXCLUDED} accounts at the most`)
    .default([])
    .describe('accounts that are left out'),
  maxConcurrent: fleetRequestSchema().shape.maxConcurrent.describe(
    'account runs of that fleet that are open at once',
  ),
});

const auditSchema = fieldsSchema.refine(({ start, rules }) => !start || rules !== undefined, {
  path: ['rules'],
  error: 'must be given where "start" is true: what accounts are asked for, the Region at the least',
});

/** The request of an audit: the one argument of its workflow. */
export const auditRequestSchema = () => auditSchema;

export interface AuditRequest extends Omit<z.output<typeof auditSchema>, 'rules'> {
  /** As they are written. */
  rules?: EventRules;
}

/** The request of an audit as a caller writes it. */
export type AuditRequestInput = Omit<z.input<typeof auditSchema>, 'rules'> & {
  rules?: EventRulesInput | EventRules;
};

/** It goes with the audit from execution to execution, and to each page. */
const MOST_BYTES = 200_000;

/** Reads the request of an audit. */
export function readAuditRequest(input: unknown): ReadRequest<AuditRequest> {
  const read = readBy(auditSchema, input);
  if ('problems' in read) return read;
  const { rules: given } = input as AuditRequestInput;
  const { name, start, exclude, maxConcurrent } = read.request;
  const request = { name, start, exclude, maxConcurrent };
  if (given === undefined) return { request };
  const rules = readEventRules(given);
  if ('problems' in rules)
    return { problems: rules.problems.map((it) => ({ ...it, field: `rules.${it.field}` })) };
  if (jsonBytes(rules.request) > MOST_BYTES)
    return { problems: [{ field: 'rules', message: `must be less than ${MOST_BYTES} bytes of JSON` }] };
  return { request: { ...request, rules: rules.request } };
}
