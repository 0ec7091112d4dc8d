import { operation, service } from 'nexus-rpc';
import type { DeprovisionResult, ProvisionResult } from '../account/progress';
import type { DeprovisionRequestInput, ProvisionRequestInput } from '../account/request';
import type { AccountStatus, StatusRequest } from '../account/status';

/**
 * The Nexus service that the workers offer to workflows of other namespaces. It loads nothing of Node.js: a workflow may
 * import it.
 */
export const identityCenterService = service('IdentityCenter', {
  /** Starts the run of an account, or joins its open run, and completes with it. */
  provision: operation<ProvisionRequestInput, ProvisionResult>(),
  /** Deletes the instance of an account that carries the tag of its runs, and completes when it is gone. */
  deprovision: operation<DeprovisionRequestInput, DeprovisionResult>(),
  /** Says at once where the latest run of an account stands. */
  status: operation<StatusRequest, AccountStatus>(),
});
