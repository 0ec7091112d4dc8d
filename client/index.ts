export { checkServer, type Check } from './check-server';
export { IdentityCenterClient } from './client';
export { readTemporalSettings, connectToTemporal, type TemporalSettings } from './connection';
export * from './errors';
export type { FleetInput, FleetStatus } from './fleet/fleets';
export type { StartedFleet } from './fleet/start';
export type { AccountSummary, ListFilter } from './account/list';
export {
  announceLocalServer,
  findLocalServer,
  homeFolder,
  withdrawLocalServer,
  type LocalServer,
} from './local-server';
export {
  describeManifestProblem,
  describeManifestProblems,
  readManifest,
  type ManifestProblem,
  type ManifestRequest,
  type ReadManifest,
} from './manifest';
export { registerSearchAttributes } from './search-attributes';
export type { StartedRun } from './account/start-or-join';
export { isUnavailable, type AccountStatus, type PendingActivity } from './account/status';
export { clientToken, PLANS, SEARCH_ATTRIBUTES, STAGES, workflowIdOf } from '../contract';
export type {
  AccountOutcome,
  AccountPlan,
  CallCounts,
  Correction,
  DeprovisionRequest,
  DeprovisionRequestInput,
  DeprovisionResult,
  FleetCalls,
  FleetCause,
  FleetProgress,
  FleetResult,
  FleetStage,
  Outcome,
  Plan,
  Progress,
  ProgressFailure,
  ProvisionRequest,
  ProvisionRequestInput,
  ProvisionResult,
  Stage,
  Steer,
  UnfinishedAccount,
} from '../contract';
