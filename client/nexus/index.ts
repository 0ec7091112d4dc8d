export { createServiceHandler } from './service-handler';
