import {
  DescribeAccountCommand,
  DescribeOrganizationalUnitCommand,
  DescribeOrganizationCommand,
  ListAccountsCommand,
  ListParentsCommand,
  ListTagsForResourceCommand,
  type Account,
  type OrganizationsClient,
  type Parent,
  type Tag,
} from '@aws-sdk/client-organizations';
import { defined, inactiveState, readAccountArn, type FactSource } from '../../contract';
import { readError } from '../errors/read';
import { AwsCallError, isA } from '../errors/thrown';
import { nextPage, readAllPages, required, type Call, type Page } from './call';

/** The organization of one account. Every method throws what a {@link Call} throws. */
export interface Organizations {
  /** Tells the management account of the account's organization; `undefined` where it is in none. Any member may ask. */
  managementAccountId(): Promise<string | undefined>;
}

/** The operations of Organizations. */
export function organizations(call: Call<OrganizationsClient>): Organizations {
  return {
    async managementAccountId() {
      try {
        return await call('read', 'DescribeOrganization', async (client, options) => {
          const { Organization } = await client.send(new DescribeOrganizationCommand({}), options);
          return Organization?.MasterAccountId;
        });
      } catch (error) {
        if (isNotInUse(error)) return undefined;
        throw error;
      }
    },
  };
}

/** An account of an organization. */
export interface OrganizationAccount {
  accountId: string;
  /** `ACTIVE`, or what AWS has it as instead. */
  state: string;
  /** Its organization, and whose that is. */
  organizationId?: string;
  managementAccountId?: string;
}

/**
 * The accounts of an organization, as its management account or a delegated administrator sees them. Every method throws what
 * a {@link Call} throws.
 */
export interface OrganizationAccounts extends FactSource {
  /** Lists a page; it may be short, or empty, and not the last. */
  listAccounts(from: Page): Promise<Page & { items: OrganizationAccount[] }>;
}

/** The operations of Organizations that not every member may ask for. */
export function organizationAccounts(call: Call<OrganizationsClient>): OrganizationAccounts {
  return {
    listAccounts: (from) =>
      call('read', 'ListAccounts', async (client, options) => {
        const { Accounts = [], NextToken } = await client.send(new ListAccountsCommand(from), options);
        return { items: Accounts.map(readAccount), ...nextPage(NextToken, from) };
      }),
    accountName: (AccountId) =>
      call('read', 'DescribeAccount', async (client, options) => {
        const { Account: account } = await client.send(new DescribeAccountCommand({ AccountId }), options);
        return textOf(required(account, 'Account').Name);
      }),
    async tags(ResourceId) {
      const tags = await readAllPages((from) =>
        call('read', 'ListTagsForResource', async (client, options) => {
          const command = new ListTagsForResourceCommand({ ResourceId, ...from });
          const { Tags = [], NextToken } = await client.send(command, options);
          return { items: Tags.map(readTag), ...nextPage(NextToken, from) };
        }),
      );
      return Object.fromEntries(tags);
    },
    async parent(ChildId) {
      const [parent] = await readAllPages((from) =>
        call('read', 'ListParents', async (client, options) => {
          const { Parents = [], NextToken } = await client.send(
            new ListParentsCommand({ ChildId, ...from }),
            options,
          );
          return { items: Parents.map(readParent), ...nextPage(NextToken, from) };
        }),
      );
      return parent;
    },
    unitName: (OrganizationalUnitId) =>
      call('read', 'DescribeOrganizationalUnit', async (client, options) => {
        const command = new DescribeOrganizationalUnitCommand({ OrganizationalUnitId });
        const { OrganizationalUnit: unit } = await client.send(command, options);
        return textOf(required(unit, 'OrganizationalUnit').Name);
      }),
  };
}

function readAccount({ Id, Arn, State, Status }: Account): OrganizationAccount {
  const { organizationId, managementAccountId } = readAccountArn(Arn) ?? {};
  return defined({
    accountId: required(/^\d{12}$/.test(textOf(Id) ?? '') ? textOf(Id) : undefined, 'Accounts.Id'),
    // `State` is taking over from `Status`, which AWS retires.
    state: inactiveState([State, Status]) ?? 'ACTIVE',
    organizationId,
    managementAccountId,
  });
}

function readTag({ Key, Value }: Tag): [string, string] {
  return [required(textOf(Key), 'Tags.Key'), required(textOf(Value), 'Tags.Value')];
}

function readParent({ Id, Type }: Parent): { id: string; isRoot: boolean } {
  return { id: required(textOf(Id), 'Parents.Id'), isRoot: Type === 'ROOT' };
}

/** The SDK hands on what an answer has, whatever the model says of its type. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

const NOT_FOUND = ['AccountNotFoundException', 'ChildNotFoundException', 'TargetNotFoundException'];

/** Whether a call failed as the organization does not have the account. */
export function isNotInOrganization(error: unknown): boolean {
  return isA(error, AwsCallError) && NOT_FOUND.includes(readError(error.cause).awsName ?? '');
}

/** Whether a call failed as the account is in no organization. */
export function isNotInUse(error: unknown): boolean {
  return isA(error, AwsCallError) && readError(error.cause).awsName === 'AWSOrganizationsNotInUseException';
}
