import { z } from 'zod';
import { defined } from '../../../contract';
import { MANAGEMENT_ACCOUNT_ID } from '../access-keys';
import { describeMember, type OrganizationMember } from '../organization';
import { AwsError, jsonProtocol } from '../protocols';
import { operation, type Service, type ServiceContext } from '../service';
import { optional, text } from '../validation';

const ORGANIZATION_ID = 'o-emulator00';
const ROOT_ID = 'r-em00';

/** A page of tags: AWS does not say how many it holds. */
const TAGS_PER_PAGE = 20;

// The limits of the organizations service model, 2016-11-28.
const nextToken = optional(text(0, 100_000, /^[\s\S]*$/));
const maxResults = optional(z.number().int().min(1).max(20));
const accountId = text(1, 12, /^\d{12}$/);
const unitId = text(1, 68, /^ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}$/);
const childId = text(1, 100, /^(\d{12}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$/);
const taggedId = text(
  1,
  130,
  /^(r-[0-9a-z]{4,32}|\d{12}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}|r?p-[0-9a-z_]{8,128})$/,
);

const listAccountsInput = z.strictObject({ NextToken: nextToken, MaxResults: maxResults });
const describeAccountInput = z.strictObject({ AccountId: accountId });
const listParentsInput = z.strictObject({ ChildId: childId, NextToken: nextToken, MaxResults: maxResults });
const describeUnitInput = z.strictObject({ OrganizationalUnitId: unitId });
const listTagsInput = z.strictObject({ ResourceId: taggedId, NextToken: nextToken });

/** Organizations: every account is a member of one, whose management account is the emulator's. */
export function createOrganizations({ organization, instances, keys }: ServiceContext): Service {
  const arn = (what: string) => `arn:aws:organizations::${MANAGEMENT_ACCOUNT_ID}:${what}`;

  /** Those that were named; else all that the emulator has heard of. */
  function members(): OrganizationMember[] {
    const known = new Set([
      ...instances.list({ deleted: true }).map(({ accountId: id }) => id),
      ...keys.accounts(),
    ]);
    const named = organization.get().accounts ?? [...known].map((id) => ({ id, state: 'ACTIVE' as const }));
    const management = { id: MANAGEMENT_ACCOUNT_ID, name: 'management', state: 'ACTIVE' as const };
    return [management, ...named.filter(({ id }) => id !== MANAGEMENT_ACCOUNT_ID)];
  }

  const describe = (member: OrganizationMember) =>
    describeMember(member, arn(`account/${ORGANIZATION_ID}/${member.id}`), organization.get().stateFields);

  const memberOf = (id: string) => members().find((member) => member.id === id);
  const unitOf = (id: string) => organization.get().units.find((unit) => unit.id === id);

  /** A page of a list, perhaps after an empty one. */
  function pageOf<T>(all: readonly T[], token: string | undefined, size: number): Listed<T> {
    const { start, isAfterEmpty } = readToken(token);
    if (organization.get().emptyPages && !isAfterEmpty)
      return { items: [], NextToken: writeToken(start, true) };
    const end = start + size;
    return { items: all.slice(start, end), NextToken: end < all.length ? writeToken(end, false) : undefined };
  }

  /** Makes an operation that the management account may call, and delegated administrators. */
  function forAdministrators<Input>(schema: z.ZodType<Input>, perform: (input: Input) => object) {
    return operation<Input>({
      schema,
      perform(input, { account }) {
        const { delegatedAdministrators } = organization.get();
        if (account !== MANAGEMENT_ACCOUNT_ID && !delegatedAdministrators.includes(account))
          throw new AwsError('AccessDeniedException', "You don't have permissions to access this resource.");
        return perform(input);
      },
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
      ListAccounts: forAdministrators(listAccountsInput, ({ MaxResults = 20, NextToken: token }) => {
        const { items, NextToken } = pageOf(members(), token, MaxResults);
        return defined({ Accounts: items.map(describe), NextToken });
      }),
      DescribeAccount: forAdministrators(describeAccountInput, ({ AccountId }) => {
        const member = memberOf(AccountId);
        if (member === undefined)
          throw new AwsError('AccountNotFoundException', "You specified an account that doesn't exist.");
        return { Account: describe(member) };
      }),
      // A child has one parent only, and a list none the less.
      ListParents: forAdministrators(listParentsInput, ({ ChildId, NextToken: token, MaxResults = 20 }) => {
        const [member, unit] = [memberOf(ChildId), unitOf(ChildId)];
        if (member === undefined && unit === undefined)
          throw new AwsError('ChildNotFoundException', "You specified a child that doesn't exist.");
        const parent = member?.unit ?? unit?.parent;
        const parents = [
          { Id: parent ?? ROOT_ID, Type: parent === undefined ? 'ROOT' : 'ORGANIZATIONAL_UNIT' },
        ];
        const { items, NextToken } = pageOf(parents, token, MaxResults);
        return defined({ Parents: items, NextToken });
      }),
      DescribeOrganizationalUnit: forAdministrators(describeUnitInput, ({ OrganizationalUnitId }) => {
        const unit = unitOf(OrganizationalUnitId);
        if (unit === undefined)
          throw new AwsError(
            'OrganizationalUnitNotFoundException',
            "You specified an organizational unit that doesn't exist.",
          );
        const { id: Id, name: Name } = unit;
        return { OrganizationalUnit: { Id, Arn: arn(`ou/${ORGANIZATION_ID}/${Id}`), Name } };
      }),
      ListTagsForResource: forAdministrators(listTagsInput, ({ ResourceId, NextToken: token }) => {
        const member = memberOf(ResourceId);
        if (member === undefined && unitOf(ResourceId) === undefined && ResourceId !== ROOT_ID)
          throw new AwsError('TargetNotFoundException', "You specified a target that doesn't exist.");
        const tags = Object.entries(member?.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
        const { items, NextToken } = pageOf(tags, token, TAGS_PER_PAGE);
        return defined({ Tags: items, NextToken });
      }),
    },
  };
}

interface Listed<T> {
  items: T[];
  NextToken: string | undefined;
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
