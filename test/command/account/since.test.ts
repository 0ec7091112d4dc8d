import { readSince } from '../../../command/account/since';

const NOW = Date.parse('2026-03-01T08:00:00Z');

test.each([
  ['90m', '2026-03-01T06:30:00.000Z'],
  ['1.5d', '2026-02-27T20:00:00.000Z'],
  ['2026-02-01', '2026-02-01T00:00:00.000Z'],
  ['2026-02-01T08:00+02:00', '2026-02-01T06:00:00.000Z'],
  // A time without a zone could be meant here or there.
  ['2026-02-01T08:00', undefined],
  ['2026-02-31T08:00:99Z', undefined],
  ['1w', undefined],
  ['yesterday', undefined],
  ['', undefined],
])('%j is %j', (text, time) => {
  expect(readSince(text, NOW)?.toISOString()).toBe(time);
});
