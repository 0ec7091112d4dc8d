import { z } from 'zod';
import { readBy, type ReadRequest } from '../validation';
import { fleetOfPage, pageAccountsSchema } from './page';

/** Workflow type that provisions many accounts. */
export const FLEET_WORKFLOW = 'provisionFleet';

const FLEET_ID_PREFIX = 'identity-center-fleet/';

/** The workflow ID of a fleet. */
export function fleetIdOf(name: string): string {
  return `${FLEET_ID_PREFIX}${name}`;
}

/** The name of the fleet that has a workflow ID; `undefined` where no fleet has it. */
export function fleetNameOf(workflowId: string): string | undefined {
  const name = workflowId.slice(FLEET_ID_PREFIX.length);
  return isFleetId(workflowId) && NAME.test(name) ? name : undefined;
}

/** Tells whether a workflow is part of a fleet: the fleet itself, or one of its pages. */
export function isFleetId(workflowId: string): boolean {
  return workflowId.startsWith(FLEET_ID_PREFIX);
}

/**
 * Says who asked for a run: a fleet, another workflow, or the client that started the run, as it names itself.
 *
 * @param parent the workflow ID of the run's parent, where it has one
 */
export function nameAsker(parent: string | undefined, identity: string | undefined): string | undefined {
  if (parent === undefined) return identity;
  const fleet = fleetNameOf(fleetOfPage(parent).fleetId);
  return fleet === undefined ? `workflow ${parent}` : `fleet ${fleet}`;
}

/**
 * A fleet has this many pages at the most: what it hands to its next execution grows by some 200 bytes a page, and is a
 * payload, which may have 2 MiB.
 */
export const MAX_PAGES = 5_000;

const NAME = /^[\w.-]{1,64}$/;
const SHARE = /^(100|\d{1,2})%$/;

const STOP_WORDS = 'must be a count of 1 or more, or a whole share such as "5%"';

const fieldsSchema = z.strictObject({
  name: z
    .string()
    .regex(NAME, 'may hold letters, digits and _ . -, 64 at the most')
    .describe('names the fleet; part of its workflow ID'),
  accounts: pageAccountsSchema().optional(),
  pages: z
    .number()
    .int('must be a whole number')
    .min(0, `must be from 0 to ${MAX_PAGES}`)
    .max(MAX_PAGES, `must be from 0 to ${MAX_PAGES}`)
    .default(0)
    .describe('how many pages come by `addPage`, where one does not hold all accounts'),
  digest: z
    .string()
    .max(100, 'must have 100 characters at the most')
    .optional()
    .describe('tells manifests apart: a fleet that is open is joined only by the same one'),
  maxConcurrent: z
    .number()
    .int('must be a whole number')
    .min(1, 'must be from 1 to 1000')
    .max(1000, 'must be from 1 to 1000')
    .default(50)
    .describe('account runs that are open at once, those held aside'),
  stopAfterFailures: z
    .union([z.number().int(STOP_WORDS).min(1, STOP_WORDS), z.string().regex(SHARE, STOP_WORDS)], {
      error: STOP_WORDS,
    })
    .optional()
    .describe('no new account is started once so many have failed: a count, or a share of all such as "5%"'),
  trustHistory: z
    .boolean()
    .default(false)
    .describe('accounts that an earlier run has provisioned are taken for done without a look at AWS'),
  skipped: z
    .array(z.strictObject({ reason: z.string().max(500), accounts: z.array(z.string().max(20)) }))
    .optional()
    .describe(
      'accounts that the manifest lists and the fleet is not to provision, by the reason: for its report',
    ),
});

const fleetSchema = fieldsSchema.refine(({ accounts, pages }) => accounts === undefined || pages === 0, {
  path: ['pages'],
  error: 'must be left out where "accounts" is given',
});

/** The request of a fleet: the one argument of its workflow. */
export const fleetRequestSchema = () => fleetSchema;
export type FleetRequest = z.output<typeof fleetSchema>;
export type FleetRequestInput = z.input<typeof fleetSchema>;

/** Reads the request of a fleet; its accounts are read one by one when they are started. */
export function readFleetRequest(input: unknown): ReadRequest<FleetRequest> {
  return readBy(fleetSchema, input);
}

/** The signals, and the Updates of the same names, that steer a fleet; with what the UI says about each. */
export const FLEET_STEERING = {
  pause: 'No new account is started, and no open run writes to AWS, until resume.',
  resume: 'Lets a paused fleet go on.',
  retry: 'Tries the held and the failed accounts again.',
} as const;

/** The name of a signal, and of the Update like it. */
export type FleetSteer = keyof typeof FLEET_STEERING;

/** Update that changes a fleet while it runs; its argument is a {@link FleetAdjustment}. */
export const ADJUST_UPDATE = 'adjust';

const adjustment = z.strictObject({ maxConcurrent: fieldsSchema.shape.maxConcurrent.unwrap() });

/** What the Update `adjust` changes while a fleet runs. */
export const adjustmentSchema = () => adjustment;
export type FleetAdjustment = z.output<typeof adjustment>;

/** Reads the argument of the Update `adjust`. */
export function readAdjustment(input: unknown): ReadRequest<FleetAdjustment> {
  return readBy(adjustment, input);
}
