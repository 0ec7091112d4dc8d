import './native-part';
export { createWorker, type WorkerOptions } from './create-worker';
export { IdentityCenterPlugin, type IdentityCenterPluginOptions } from './plugin';
export { serve, type Interruption, type ServeOptions } from './serve';
export type { WorkerConnection } from './connection';
export { createLogger, installLogger, type Logger } from './logging';
export { checkOwnIdentity } from './own-identity';
export { readWorkerSettings, workerSettingsSchema, type WorkerSettings } from './settings';
export { WORKFLOW_BUNDLE } from './bundle';
