import { DescribeOrganizationCommand, type OrganizationsClient } from '@aws-sdk/client-organizations';
import { readError } from '../errors/read';
import { AwsCallError, isA } from '../errors/thrown';
import type { Call } from './call';

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

/** Whether a call failed as the account is in no organization. */
export function isNotInUse(error: unknown): boolean {
  return isA(error, AwsCallError) && readError(error.cause).awsName === 'AWSOrganizationsNotInUseException';
}
