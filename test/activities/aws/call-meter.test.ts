import { CallMeter } from '../../../activities';

const PAGE = 'identity-center-fleet/spring/0123456789ab/';
const ONE = { sent: 1, throttled: 0 };

test('the calls for all pages of a fleet are told together, each once', () => {
  let now = 0;
  const meter = new CallMeter(() => now);
  meter.count(`${PAGE}0`, ONE);
  meter.count(`${PAGE}1`, { sent: 1, throttled: 1 });
  meter.count('identity-center-fleet/autumn/0123456789ab/0', ONE);
  now = 250;
  expect(meter.take()).toEqual([
    { fleetId: 'identity-center-fleet/spring', news: { pageIdPrefix: PAGE, sent: 2, throttled: 1 } },
    {
      fleetId: 'identity-center-fleet/autumn',
      news: { pageIdPrefix: 'identity-center-fleet/autumn/0123456789ab/', ...ONE },
    },
  ]);
  now = 500;
  expect(meter.take()).toEqual([]);
});

test('the longer a fleet takes, the more seldom it is told: from 250 ms to 10 s', () => {
  let now = 0;
  const meter = new CallMeter(() => now);
  const told: number[] = [];
  for (; now <= 3_600_000; now += 250) {
    meter.count(`${PAGE}0`, ONE);
    if (meter.take().length > 0) told.push(now);
  }
  const gaps = told.map((at, index) => at - (told[index - 1] ?? 0));
  expect(gaps[0]).toBe(250);
  expect(Math.max(...gaps)).toBe(10_000);
  expect(gaps).toEqual([...gaps].sort((a, b) => a - b));
  expect(told.length).toBeLessThan(700);
});

test('what could not be told is told with what comes next', () => {
  let now = 0;
  const meter = new CallMeter(() => now);
  meter.count(`${PAGE}7`, ONE);
  now = 250;
  for (const { news } of meter.take()) meter.count(news.pageIdPrefix, news);
  meter.count(`${PAGE}8`, ONE);
  now = 500;
  expect(meter.take()).toMatchObject([{ news: { sent: 2 } }]);
});
