export { createWorker, type WorkerOptions } from './create-worker';
export { createLogger, installLogger } from './logging';
export { readWorkerSettings, workerSettingsSchema, type WorkerSettings } from './settings';
export { WORKFLOW_BUNDLE } from './bundle';
