export { IdentityCenterClient, type AccountSummary } from './client';
export { readTemporalSettings, connectToTemporal, type TemporalSettings } from './connection';
export * from './errors';
export {
  announceLocalServer,
  findLocalServer,
  homeFolder,
  withdrawLocalServer,
  type LocalServer,
} from './local-server';
export type { StartedRun } from './start-or-join';
export { isUnavailable, type AccountStatus, type PendingActivity } from './status';
export { clientToken, workflowIdOf } from '../contract';
export type {
  Outcome,
  Progress,
  ProgressFailure,
  ProvisionRequest,
  ProvisionRequestInput,
  ProvisionResult,
  Stage,
} from '../contract';
