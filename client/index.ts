export { checkServer, type Check } from './check-server';
export { IdentityCenterClient } from './client';
export { readTemporalSettings, connectToTemporal, type TemporalSettings } from './connection';
export * from './errors';
export * from './account/errors';
export type { AccountSummary, ListFilter } from './account/list';
export type { StartedRun } from './account/start-or-join';
export type { PendingActivity } from './account/pending';
export { isUnavailable, type AccountStatus } from './account/status';
export * from './fleet/errors';
export type { FleetFilter, FleetSummary } from './fleet/list';
export type { FleetInput, StartedFleet } from './fleet/start';
export type { FleetStatus } from './fleet/status';
export { registerSearchAttributes } from './search-attributes';
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
  TemporalExtensions,
  UnfinishedAccount,
} from '../contract';
