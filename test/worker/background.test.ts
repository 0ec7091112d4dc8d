import type { NativeConnection, Worker } from '@temporalio/worker';
import { defined } from '../../contract';
import { followQueueLimit, type QueueLimit } from '../../worker/background';

const SECONDS = 1_000;

/** A queue with a limit, polled so many seconds ago by each of its workers. */
function queueWith(limit: number | undefined, polledAgo: number[]) {
  return {
    config: limit === undefined ? null : { queueRateLimit: { rateLimit: { requestsPerSecond: limit } } },
    pollers: polledAgo.map((ago) => ({ lastAccessTime: { seconds: Date.now() / SECONDS - ago } })),
  };
}

/** What the first look tells; `undefined` where it tells nothing. */
async function told(describeTaskQueue: () => Promise<unknown>, maxCallsPerSecond?: number) {
  const connection = {
    withDeadline: (_deadline: number, call: () => unknown) => call(),
    workflowService: { describeTaskQueue },
  } as unknown as NativeConnection;
  let state = 'RUNNING';
  const tell = jest.fn<undefined, [QueueLimit]>();
  jest.useFakeTimers();
  followQueueLimit(
    { getState: () => state, connection } as unknown as Worker,
    { namespace: 'default', taskQueue: 'queue', aws: defined({ maxCallsPerSecond }) },
    tell,
  );
  await jest.advanceTimersByTimeAsync(0);
  state = 'STOPPED';
  await jest.advanceTimersByTimeAsync(10 * SECONDS);
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
  return tell.mock.calls.map(([{ callsPerSecond }]) => callsPerSecond);
}

test.each([
  ['the limit of the queue is shared among the workers that poll', queueWith(30, [1, 60, 200]), 10, 15],
  ['without one, the setting is shared', queueWith(undefined, [1, 1]), 10, 5],
  ['a queue that nobody polls yet has one worker', queueWith(30, []), undefined, 30],
  ['neither: no ceiling', queueWith(undefined, [1]), undefined, undefined],
])('%s', async (_name, queue, setting, share) => {
  expect(await told(() => Promise.resolve(queue), setting)).toEqual([share]);
});

test('a server that does not say leaves the ceiling as it is', async () => {
  expect(await told(() => Promise.reject(new Error('UNIMPLEMENTED')), 10)).toEqual([]);
});
