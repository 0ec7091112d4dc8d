import fc from 'fast-check';
import { NO_CALLS, type FleetCalls } from '../../../contract';
import { addCalls } from '../../../workflows/fleet/calls';

const told = fc.array(
  fc.record({ afterMs: fc.nat(600_000), sent: fc.integer({ min: 1, max: 50 }), throttled: fc.nat(1) }),
  { maxLength: 300 },
);

function courseOf(news: { afterMs: number; sent: number; throttled: number }[]) {
  let [now, calls]: [number, FleetCalls] = [0, NO_CALLS];
  for (const { afterMs, ...made } of news) calls = addCalls(calls, made, (now += afterMs));
  return { now, calls };
}

test('however long a fleet takes, its course stays short and counts every call', () => {
  fc.assert(
    fc.property(told, (news) => {
      const { now, calls } = courseOf(news);
      const sum = (what: 'sent' | 'throttled') => calls.course.reduce((all, span) => all + span[what], 0);
      expect(calls.course.length).toBeLessThanOrEqual(60);
      expect(calls.spanMs).toBeLessThanOrEqual(Math.max(1_000, now / 30));
      expect([sum('sent'), sum('throttled')]).toEqual([calls.sent, calls.throttled]);
      expect(calls.sent).toBe(news.reduce((all, { sent }) => all + sent, 0));
      const spans = calls.course.map(({ span }) => span);
      expect(spans).toEqual([...new Set(spans)].sort((a, b) => a - b));
      expect(spans.at(-1) ?? 0).toBeLessThanOrEqual(now / calls.spanMs);
    }),
  );
});

test('a clock that went back does not change what was counted before', () => {
  const calls = addCalls(
    addCalls(NO_CALLS, { sent: 1, throttled: 0 }, 5_000),
    { sent: 1, throttled: 1 },
    -200,
  );
  expect(calls.course).toEqual([{ span: 5, sent: 2, throttled: 1 }]);
});
