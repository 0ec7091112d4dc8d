import { z } from 'zod';
import { readRequest } from '../account/request';
import { fleetRequestSchema } from '../fleet/request';
import { readBy, type ReadRequest } from '../validation';
import type { AskedOfAll } from './finding';

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

/** The request of an audit goes with it from execution to execution, so its size has a bound. */
const MOST_EXCLUDED = 5_000;

const fieldsSchema = z.strictObject({
  name: z
    .string()
    .regex(NAME, 'may hold letters, digits and _ . -, 40 at the most')
    .default(DEFAULT_AUDIT_NAME)
    .describe('names the audit; part of its workflow ID'),
  defaults: z
    .record(z.string(), z.unknown())
    .superRefine((defaults, context) => {
      for (const { field, message } of problemsOf(defaults))
        context.addIssue({ code: 'custom', message, path: field.split('.') });
    })
    .transform((defaults) => defaults as AskedOfAll)
    .default({})
    .describe(
      'fields of a request to provision, without accountId: what an account is asked for of which no run is known',
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

const auditSchema = fieldsSchema.refine(({ start, defaults }) => !start || defaults.region !== undefined, {
  path: ['defaults', 'region'],
  error: 'must be given where "start" is true: Region of the instances',
});

/** Reads the defaults as the request of some account, which needs a Region. */
function problemsOf(defaults: object) {
  const read = readRequest({ region: 'us-east-1', ...defaults, accountId: '000000000000' });
  const problems = 'problems' in read ? read.problems : [];
  return 'accountId' in defaults
    ? [...problems, { field: 'accountId', message: 'must be left out: the audit asks for every account' }]
    : problems;
}

/** The request of an audit: the one argument of its workflow. */
export const auditRequestSchema = () => auditSchema;
export type AuditRequest = z.output<typeof auditSchema>;

/** The request of an audit as a caller writes it. */
export type AuditRequestInput = Omit<z.input<typeof auditSchema>, 'defaults'> & { defaults?: AskedOfAll };

/** Reads the request of an audit. */
export function readAuditRequest(input: unknown): ReadRequest<AuditRequest> {
  return readBy(auditSchema, input);
}
