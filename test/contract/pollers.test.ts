import { countAlive, readPollers } from '../../contract';

const NOW = Date.now();
const polled = (identity: string, ago: number) => ({
  identity,
  lastAccessTime: { seconds: Math.floor(NOW / 1_000) - ago },
});

test('those who polled within 70 s are alive; the latest come first', () => {
  const listed = [polled('gone', 120), polled('waiting', 41), polled('fresh', 3), { identity: null }];
  expect(readPollers(listed, NOW).map(({ identity, isAlive }) => [identity, isAlive])).toEqual([
    ['fresh', true],
    ['waiting', true],
    ['gone', false],
    ['', false],
  ]);
  expect(countAlive(listed)).toBe(2);
});
