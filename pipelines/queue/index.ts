export { consumeQueue, type ConsumerParts, type QueueNews } from './consume';
export { openQueue, readQueueUrl, type OpenQueue, type QueuePlace } from './open-queue';
export type { LogEntry } from '../serving';
export type { ConsumerClient } from './serve-task';
export type { ConsumerTiming } from './timing';
