import { defined, makeFailure } from '../../contract';
import type { Account } from '../aws/account';
import { classify, failedAs } from '../errors/classify';

/**
 * Refuses an instance that belongs to an organization: in the management account "its own" instance is the organization's,
 * with everybody's users and assignments in it. To be asked before an instance that does not carry the tag of the account's
 * runs is adopted, offered for it, or deleted.
 *
 * @throws ApplicationFailure `managementAccount`; or, where AWS does not let the run ask, what permission is missing
 */
export async function refuseOrganizationInstance(
  { organizations }: Pick<Account, 'organizations'>,
  accountId: string,
  instance: { instanceArn: string; region: string },
): Promise<void> {
  const what = `${instance.instanceArn} in ${instance.region}`;
  const operation = 'DescribeOrganization';
  let managementAccountId: string | undefined;
  try {
    managementAccountId = await organizations.managementAccountId();
  } catch (error) {
    if (!failedAs(error, 'permissionMissing', 'explicitDeny')) throw error;
    const { situation, detail, httpStatus, awsRequestId } = classify(error);
    const remedy = `Allow the role organizations:DescribeOrganization, which tells whether ${what} is the organization's; then try again.`;
    throw makeFailure(defined({ situation, accountId, operation, detail, httpStatus, awsRequestId, remedy }));
  }
  if (managementAccountId !== accountId) return;
  const detail = `${what} is the organization's, and is neither adopted nor deleted`;
  throw makeFailure({ situation: 'managementAccount', accountId, operation, detail });
}
