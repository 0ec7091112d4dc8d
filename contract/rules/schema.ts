import { z } from 'zod';
import { provisionRequestSchema } from '../account/request';

const accountId = z
  .string('must be a text in quotes: a number would lose its zeros')
  .regex(/^\d{12}$/, 'must be an AWS account ID: 12 digits');

/** `*` stands for any characters, `?` for one. */
const pattern = z
  .string('must be a text in quotes')
  .min(1, 'must not be empty')
  .max(256, 'must have 256 characters at the most');

const patterns = z.union([pattern, z.array(pattern).min(1, 'must not be an empty list')], {
  error: 'must be a text in quotes, or a list of such, with * for any characters and ? for one',
});

const matchSchema = z
  .strictObject({
    organizationalUnit: patterns
      .optional()
      .describe('name or ID of the organizational unit, or of one above it where AWS was asked'),
    account: patterns.optional().describe('ID or name of the account'),
    tags: z
      .record(z.string().min(1, 'must not be empty'), patterns)
      .optional()
      .describe('tags that the account has, each with its value; AWS has to be asked, as no event says them'),
  })
  // What it means is told by whoever reads it.
  .meta({ minProperties: 1 });

const action = z.enum(['provision', 'ignore']);
const whenGone = z.enum(['ignore', 'deprovision']);

/** What a request says for accounts that are not known yet. */
const requestDefaults = provisionRequestSchema().omit({ accountId: true });

const requestPart = requestDefaults.partial({ region: true });

/** Fields of a request over the defaults. */
export const requestPartSchema = () => requestPart;

const ruleSchema = z.strictObject({
  match: matchSchema.describe('which accounts: all that is named has to fit'),
  action: action.default('provision').describe('what becomes of them'),
  request: requestPart
    .optional()
    .describe('fields of their request, over "defaults"; tags and timing are merged key by key'),
});

const rulesSchema = z.strictObject({
  managementAccountId: accountId
    .optional()
    .describe('management account of the organization: events that another account sent are refused'),
  allowedAccounts: z
    .array(accountId)
    .min(1, 'must name an account, or be left out')
    .optional()
    .describe('accounts that events may start runs for; of any other they are refused; default: any'),
  defaults: requestDefaults.describe('fields of the request of every account; region is required'),
  rules: z.array(ruleSchema).default([]).describe('the first that fits an account decides'),
  otherwise: action.default('provision').describe('what becomes of a vended account that no rule fits'),
  onClosed: whenGone.default('ignore').describe('what to do when an account is closed (CloseAccount)'),
  onRemoved: whenGone
    .default('ignore')
    .describe('what to do when an account is removed from the organization (RemoveAccountFromOrganization)'),
  tasks: z
    .enum(['answer', 'refuse'])
    .default('answer')
    .describe('what becomes of tasks of Step Functions that come by a queue (waitForTaskToken)'),
});

/** The rules for events: what a rules file holds. */
export const eventRulesSchema = () => rulesSchema;

/** Rules as a caller writes them. */
export type EventRulesInput = z.input<typeof rulesSchema>;

/** What requests are to say of every account. */
export type RequestDefaults = z.input<typeof requestDefaults>;

/** A rule that was read. */
export interface EventRule extends Omit<z.output<typeof ruleSchema>, 'request'> {
  /** As it is written: what it leaves out is not its to say. */
  request: z.input<typeof requestPart>;
}

/** Rules that were read. */
export interface EventRules extends Omit<z.output<typeof rulesSchema>, 'defaults' | 'rules'> {
  /** As they are written. */
  defaults: RequestDefaults;
  rules: EventRule[];
}
