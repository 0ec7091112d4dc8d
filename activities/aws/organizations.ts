import {
  DescribeOrganizationCommand,
  ListAccountsCommand,
  type Account,
  type OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { defined, inactiveState, readAccountArn } from '../../contract';
import { readError } from '../errors/read';
import { AwsCallError, isA } from '../errors/thrown';
import { required, type Call, type Page } from './call';

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

/** The accounts of an organization, as its management account or a delegated administrator sees them. */
export interface OrganizationAccounts {
  /** Lists a page; it may be short, or empty, and not the last. Throws what a {@link Call} throws. */
  listAccounts(from: Page): Promise<Page & { items: OrganizationAccount[] }>;
}

/** The operations of Organizations that not every member may ask for. */
export function organizationAccounts(call: Call<OrganizationsClient>): OrganizationAccounts {
  return {
    listAccounts: (from) =>
      call('read', 'ListAccounts', async (client, options) => {
        const { Accounts = [], NextToken } = await client.send(new ListAccountsCommand(from), options);
        return { items: Accounts.map(readAccount), NextToken };
      }),
  };
}

function readAccount({ Id, Arn, State, Status }: Account): OrganizationAccount {
  const { organizationId, managementAccountId } = readAccountArn(Arn) ?? {};
  return defined({
    accountId: required(/^\d{12}$/.test(Id ?? '') ? Id : undefined, 'Accounts.Id'),
    // `State` is taking over from `Status`, which AWS retires.
    state: inactiveState([State, Status]) ?? 'ACTIVE',
    organizationId,
    managementAccountId,
  });
}

/** Whether a call failed as the account is in no organization. */
export function isNotInUse(error: unknown): boolean {
  return isA(error, AwsCallError) && readError(error.cause).awsName === 'AWSOrganizationsNotInUseException';
}
