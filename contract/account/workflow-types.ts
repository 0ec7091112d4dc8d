import type { DeprovisionResult, ProvisionResult } from './progress';
import type { DeprovisionRequestInput, ProvisionRequestInput } from './request';

/** The workflow `provisionIdentityCenter`, as a type for `executeChild` and for clients of the Temporal SDK. */
export type ProvisionIdentityCenter = (request: ProvisionRequestInput) => Promise<ProvisionResult>;

/** The workflow `deprovisionIdentityCenter`, as {@link ProvisionIdentityCenter}. */
export type DeprovisionIdentityCenter = (request: DeprovisionRequestInput) => Promise<DeprovisionResult>;
