import { executeChild } from '@temporalio/workflow';
import type { ProvisionIdentityCenter } from 'identity-center-orchestrator';

/** A workflow of your own: vends an account, of which its Identity Center instance is one step. */
export async function vendAccount(accountId: string, identityCenterQueue: string): Promise<string> {
  const { instanceArn } = await executeChild<ProvisionIdentityCenter>('provisionIdentityCenter', {
    workflowId: `identity-center/${accountId}`,
    taskQueue: identityCenterQueue,
    args: [{ accountId, region: 'eu-west-1' }],
  });
  return instanceArn;
}
