import { createNexusServiceClient } from '@temporalio/workflow';
import {
  identityCenterService,
  type ProvisionRequestInput,
  type ProvisionResult,
} from 'identity-center-orchestrator/nexus';

/** A workflow of your own, in a namespace of your own: vends an account, of which its Identity Center instance is one step. */
export async function vendAccount(
  endpoint: string,
  request: ProvisionRequestInput,
): Promise<ProvisionResult> {
  const identityCenter = createNexusServiceClient({ endpoint, service: identityCenterService });
  // To cancel this workflow cancels the run, for all who wait for it, and waits until it has cleaned up.
  return identityCenter.executeOperation('provision', request);
}
