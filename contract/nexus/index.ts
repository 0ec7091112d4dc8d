export { identityCenterService } from './service';
export type { InstanceDifference } from '../account/differences';
export type { EnsureRefusal } from '../account/ensure';
export type { DeprovisionResult, Progress, ProgressFailure, ProvisionResult } from '../account/progress';
export type { DeprovisionRequestInput, ProvisionRequest, ProvisionRequestInput } from '../account/request';
export type { AccountStatus, StatusRequest } from '../account/status';
export type { FailureDetails } from '../failures/message';
