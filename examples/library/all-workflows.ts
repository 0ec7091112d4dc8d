export * from './workflows.js';
export * from 'identity-center-orchestrator/workflows';
