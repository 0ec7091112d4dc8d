import { z } from 'zod';
import { defined } from '../../contract';

const accountId = z.string().regex(/^\d{12}$/);
const unitId = z.string().regex(/^ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}$/);
const tags = z.record(z.string(), z.string());

/** What the organization is, from now on. */
export const organizationSchema = z.strictObject({
  /** Its members, beside the management account. Default: the accounts that were called, or have an instance. */
  accounts: z
    .array(
      z.strictObject({
        id: accountId,
        name: z.string().optional(),
        state: z
          .enum(['ACTIVE', 'SUSPENDED', 'PENDING_CLOSURE', 'PENDING_ACTIVATION', 'CLOSED'])
          .default('ACTIVE'),
        /** The organizational unit that it is in; default: the root. */
        unit: unitId.optional(),
        tags: tags.optional(),
      }),
    )
    .optional(),
  /** Its organizational units, each in the root or in another. */
  units: z.array(z.strictObject({ id: unitId, name: z.string(), parent: unitId.optional() })).default([]),
  /** Members that may list the accounts as the management account does. */
  delegatedAdministrators: z.array(accountId).default([]),
  /** Which of them an account has: `State` is taking over from `Status`. */
  stateFields: z.enum(['both', 'State', 'Status']).default('both'),
  /** Before each page of a list comes an empty one, as AWS says may happen. */
  emptyPages: z.boolean().default(false),
});

export type OrganizationSettings = z.input<typeof organizationSchema>;
export type OrganizationMember = NonNullable<z.output<typeof organizationSchema>['accounts']>[number];

/** The organization, as it was set. */
export class OrganizationStore {
  private settings = organizationSchema.parse({});

  /** @throws ZodError naming the fields that are wrong */
  set(input: unknown): void {
    this.settings = organizationSchema.parse(input);
  }

  get(): z.output<typeof organizationSchema> {
    return this.settings;
  }

  clear(): void {
    this.settings = organizationSchema.parse({});
  }
}

/** An account as ListAccounts has it. */
export function describeMember(
  { id, name = `account ${id}`, state }: OrganizationMember,
  arn: string,
  stateFields: 'both' | 'State' | 'Status',
): object {
  return defined({
    Id: id,
    Arn: arn,
    Email: `${id}@example.com`,
    Name: name,
    Status: stateFields === 'State' ? undefined : statusOf(state),
    State: stateFields === 'Status' ? undefined : state,
    JoinedMethod: 'CREATED',
    JoinedTimestamp: Date.parse('2023-01-01T00:00:00Z') / 1_000,
  });
}

/** `Status` has fewer words. */
function statusOf(state: OrganizationMember['state']): string {
  return state === 'ACTIVE' || state === 'PENDING_CLOSURE' ? state : 'SUSPENDED';
}
