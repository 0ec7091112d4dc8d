export { checkServer, type CheckOptions } from './checks/check-server';
export { IdentityCenterClient, type IdentityCenterClientOptions } from './client';
export { connectToTemporal, explainNoConnection } from './connection';
export { TemporalUnreachableError, type ConnectionErrorCode } from './connection-errors';
export * from './errors';
export { EncryptionKeysError, temporalExtensions, UnreadablePayloadError } from '../encryption';
export { WorkflowPausedError, WorkflowStuckError } from './stuck';
export * from './account/errors';
export type { ListFilter } from './account/find-runs';
export type { AccountSummary, EarlierRun } from './account/list';
export type { StartedRun } from './account/start-or-join';
export type { StartedAudit } from './audit/audits';
export * from './audit/errors';
export type { AuditReport } from './audit/report';
export type { AuditSchedule } from './audit/schedule';
export * from './fleet/errors';
export type { SkippedAccount } from './fleet/skipped';
export type { FleetFilter, FleetSummary } from './fleet/list';
export { FleetNews, type FleetEvent } from './fleet/news';
export type { FleetInput, StartedFleet } from './fleet/start';
export type { FleetStatus } from './fleet/status';
export { readRetention } from './retention';
export { refuseUnknownRegions, unknownRegion, unknownRegionsInRules } from './regions';
export type { ResultOptions, WaitOptions, WatchOptions } from './wait';
export { registerSearchAttributes } from './search-attributes';
export { placeOf } from './translate-errors';
export {
  isNoWorkflow,
  isUnavailable,
  readServerError,
  TemporalServerError,
  type ServerErrorCode,
} from './server-errors';
export {
  namesTemporalServer,
  readTemporalSettings,
  type ReadTemporalSettings,
  type TemporalSettings,
} from './settings';
export { clientToken, FINDINGS, PLANS, SEARCH_ATTRIBUTES, STAGES, workflowIdOf } from '../contract';
export type {
  AccountAudit,
  AccountOutcome,
  AccountPlan,
  AccountStatus,
  AnnouncementStatus,
  AuditProgress,
  AuditRequest,
  AuditRequestInput,
  AuditResult,
  CallCounts,
  Check,
  Correction,
  DecidedBy,
  DeprovisionIdentityCenter,
  DeprovisionRequest,
  DeprovisionRequestInput,
  DeprovisionResult,
  EventRule,
  EventRules,
  EventRulesInput,
  Finding,
  FleetCalls,
  FleetCause,
  FleetHold,
  FleetProgress,
  FleetResult,
  FleetStage,
  InstanceDifference,
  Outcome,
  PendingActivity,
  Plan,
  Progress,
  ProgressFailure,
  ProvisionIdentityCenter,
  ProvisionRequest,
  ProvisionRequestInput,
  ProvisionResult,
  ReceiverStatus,
  RequestDefaults,
  Stage,
  Steer,
  SteeredFleet,
  SteeredProgress,
  TemporalExtensions,
  UnfinishedAccount,
} from '../contract';
