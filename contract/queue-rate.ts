/** So long after it was set, in milliseconds, no worker passes the rate of a task queue. */
export const QUEUE_RATE_HOLDS_AFTER_MS = 1_500;
