import { z } from 'zod';
import { defined } from '../../../contract';
import { MANAGEMENT_ACCOUNT_ID } from '../access-keys';
import { describeMember, type OrganizationMember } from '../organization';
import { AwsError, jsonProtocol } from '../protocols';
import { operation, type Caller, type Service, type ServiceContext } from '../service';
import { optional, text } from '../validation';

const ORGANIZATION_ID = 'o-emulator00';

// The limits of the organizations service model, 2016-11-28.
const listAccountsInput = z.strictObject({
  NextToken: optional(text(0, 100_000, /^[\s\S]*$/)),
  MaxResults: optional(z.number().int().min(1).max(20)),
});

/** Organizations: every account is a member of one, whose management account is the emulator's. */
export function createOrganizations({ organization, instances, keys }: ServiceContext): Service {
  const arn = (what: string) => `arn:aws:organizations::${MANAGEMENT_ACCOUNT_ID}:${what}`;

  /** Those that were named; else all that the emulator has heard of. */
  function members(): OrganizationMember[] {
    const known = new Set([
      ...instances.list({ deleted: true }).map(({ accountId }) => accountId),
      ...keys.accounts(),
    ]);
    const named = organization.get().accounts ?? [...known].map((id) => ({ id, state: 'ACTIVE' as const }));
    const management = { id: MANAGEMENT_ACCOUNT_ID, name: 'management', state: 'ACTIVE' as const };
    return [management, ...named.filter(({ id }) => id !== MANAGEMENT_ACCOUNT_ID)];
  }

  function listAccounts(
    { MaxResults = 20, NextToken }: z.output<typeof listAccountsInput>,
    { account }: Caller,
  ): object {
    const { delegatedAdministrators, stateFields, emptyPages } = organization.get();
    if (account !== MANAGEMENT_ACCOUNT_ID && !delegatedAdministrators.includes(account))
      throw new AwsError('AccessDeniedException', "You don't have permissions to access this resource.");
    const { start, isAfterEmpty } = readToken(NextToken);
    if (emptyPages && !isAfterEmpty) return { Accounts: [], NextToken: writeToken(start, true) };
    const all = members();
    const end = start + MaxResults;
    const describe = (member: OrganizationMember) =>
      describeMember(member, arn(`account/${ORGANIZATION_ID}/${member.id}`), stateFields);
    return defined({
      Accounts: all.slice(start, end).map(describe),
      NextToken: end < all.length ? writeToken(end, false) : undefined,
    });
  }

  return {
    protocol: jsonProtocol('AWSOrganizationsV20161128'),
    prefix: 'organizations',
    throttled: false,
    operations: {
      DescribeOrganization: operation({
        schema: z.strictObject({}),
        perform: () => ({
          Organization: {
            Id: ORGANIZATION_ID,
            Arn: arn(`organization/${ORGANIZATION_ID}`),
            FeatureSet: 'ALL',
            MasterAccountId: MANAGEMENT_ACCOUNT_ID,
            MasterAccountArn: arn(`account/${ORGANIZATION_ID}/${MANAGEMENT_ACCOUNT_ID}`),
            MasterAccountEmail: 'management@example.com',
            AvailablePolicyTypes: [],
          },
        }),
      }),
      ListAccounts: operation({ schema: listAccountsInput, perform: listAccounts }),
    },
  };
}

/** A token is opaque to callers: where the page begins, and whether the empty one before it has been sent. */
function writeToken(start: number, isAfterEmpty: boolean): string {
  return Buffer.from(`${isAfterEmpty ? 'e' : 'p'}${start}`).toString('base64url');
}

function readToken(token: string | undefined): { start: number; isAfterEmpty: boolean } {
  if (token === undefined) return { start: 0, isAfterEmpty: false };
  const [, kind, start] = /^([ep])(\d{1,9})$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if (kind === undefined || start === undefined)
    throw new AwsError(
      'InvalidInputException',
      'You provided a value for NextToken that no response to a previous call had.',
    );
  return { start: Number(start), isAfterEmpty: kind === 'e' };
}
