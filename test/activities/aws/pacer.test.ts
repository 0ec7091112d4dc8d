import fc from 'fast-check';
import { Pacer } from '../../../activities/aws/pacer';
import { drain, pacerLimiter, type Aws } from './drain';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const now = () => performance.now();
const never = () => new AbortController().signal;
const LONG = 1e9;

test.each<[ceiling: number | undefined, aws: Aws, mostTimesIdeal: number]>([
  [20, { limit: 20, burst: 20 }, 1.1],
  [20, { limit: 20, burst: 5, jitterMs: 60 }, 1.1],
  [undefined, { limit: 20, burst: 20 }, 1.2],
  [undefined, { limit: 20, burst: 5, jitterMs: 60 }, 1.2],
  [undefined, { limit: 100, burst: 20, jitterMs: 60 }, 1.25],
])(
  '2,000 calls, ceiling %s, AWS at %j: near the ideal time, under 2 %% throttled',
  async (ceiling, aws, most) => {
    const { timesIdeal, throttled } = await drain(2_000, pacerLimiter(ceiling), aws);
    expect(timesIdeal).toBeLessThan(most);
    expect(throttled).toBeLessThan(ceiling === undefined ? 0.02 : 0.001);
  },
);

test('in no window more than the rate and its burst, and each call gets its turn', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.double({ min: 0.5, max: 200, noNaN: true }),
      fc.array(
        fc.record({
          afterMs: fc.integer({ min: 0, max: 400 }),
          throttled: fc.boolean(),
          cancelled: fc.boolean(),
        }),
        { minLength: 1, maxLength: 40 },
      ),
      async (ceiling, calls) => {
        const pacer = new Pacer(ceiling, now);
        const sent: number[] = [];
        let settled = 0;
        for (const [index, { afterMs, throttled, cancelled }] of calls.entries()) {
          await jest.advanceTimersByTimeAsync(afterMs);
          const controller = new AbortController();
          void pacer
            .turn(String(index), LONG, controller.signal)
            .then((turn) => {
              sent.push(turn.sentAt);
              pacer.answered(turn, throttled);
            })
            .catch(() => undefined)
            .finally(() => (settled += 1));
          if (cancelled) controller.abort(new Error('cancelled'));
        }
        // 0.5 a second is the least that throttling leaves, and a ceiling here.
        await jest.advanceTimersByTimeAsync(2_100 * (calls.length + 1));
        expect(settled).toBe(calls.length);
        for (const [first, from] of sent.entries())
          for (const [last, to] of sent.entries())
            if (last >= first)
              expect(last - first + 1).toBeLessThanOrEqual(1.001 + ceiling * ((to - from) / 1_000 + 0.1));
      },
    ),
    { numRuns: 60 },
  );
});

test('a wait that would be too long is refused at once; the refused come back one after the other', async () => {
  const pacer = new Pacer(2, now);
  const turns = Array.from({ length: 10 }, (_, index) => pacer.turn(String(index), LONG, never()));
  const refusals = [];
  for (const account of ['a', 'b', 'c'])
    refusals.push(await pacer.turn(account, 4_000, never()).catch((error: unknown) => error));
  expect(refusals).toMatchObject([
    { name: 'PacerBusyError', ahead: 10, waitMs: 5_000 },
    { name: 'PacerBusyError', ahead: 11, waitMs: 5_500 },
    { name: 'PacerBusyError', ahead: 12, waitMs: 6_000 },
  ]);
  await jest.advanceTimersByTimeAsync(5_000);
  await Promise.all(turns);
});

test('a wait ends with the cancellation, and the next in line is not later for it', async () => {
  const pacer = new Pacer(1, now);
  const began = now();
  await pacer.turn('a', LONG, never());
  const controller = new AbortController();
  const cancelled = pacer.turn('b', LONG, controller.signal);
  const next = pacer.turn('c', LONG, never());
  controller.abort(new Error('cancelled'));
  await expect(cancelled).rejects.toThrow('cancelled');
  await jest.advanceTimersByTimeAsync(1_000);
  expect((await next).sentAt - began).toBeLessThanOrEqual(1_000);
  expect(jest.getTimerCount()).toBe(0);
});

test('a new ceiling holds for those that wait already', async () => {
  const pacer = new Pacer(0.01, now);
  await pacer.turn('a', LONG, never());
  const waiting = [pacer.turn('b', LONG, never()), pacer.turn('c', LONG, never())];
  await jest.advanceTimersByTimeAsync(1_000);
  pacer.setCeiling(10);
  await jest.advanceTimersByTimeAsync(200);
  await Promise.all(waiting);
});

test('one account that is throttled slows no other down; two do, and calls sent before count once', async () => {
  const pacer = new Pacer(20, now);
  const turns = [];
  for (const account of ['a', 'a', 'b', 'c']) {
    await jest.advanceTimersByTimeAsync(50);
    turns.push(await pacer.turn(account, LONG, never()));
  }
  const [a, again, b, c] = turns;
  for (const turn of [a, again]) if (turn) pacer.answered(turn, true);
  expect(pacer.rate).toBe(20);
  if (b) pacer.answered(b, true);
  const cut = pacer.rate;
  expect(cut).toBeLessThan(18);
  if (c) pacer.answered(c, true);
  expect(pacer.rate).toBe(cut);
});
