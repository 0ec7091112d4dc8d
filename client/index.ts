export { checkServer, type Check } from './check-server';
export { IdentityCenterClient } from './client';
export { readTemporalSettings, connectToTemporal, type TemporalSettings } from './connection';
export * from './errors';
export type { FleetInput, FleetStatus } from './fleets';
export type { StartedFleet } from './start-fleet';
export type { AccountSummary, ListFilter } from './list';
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
export type { StartedRun } from './start-or-join';
export { isUnavailable, type AccountStatus, type PendingActivity } from './status';
export { clientToken, PLANS, SEARCH_ATTRIBUTES, STAGES, whatHappened, workflowIdOf } from '../contract';
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
