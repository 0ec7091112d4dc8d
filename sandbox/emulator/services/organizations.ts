import { z } from 'zod';
import { MANAGEMENT_ACCOUNT_ID } from '../access-keys';
import { jsonProtocol } from '../protocols';
import { operation, type Service } from '../service';

const ORGANIZATION_ID = 'o-emulator00';

/** Organizations: every account is a member of one, whose management account is the emulator's. */
export function createOrganizations(): Service {
  const arn = (what: string) => `arn:aws:organizations::${MANAGEMENT_ACCOUNT_ID}:${what}`;
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
    },
  };
}
