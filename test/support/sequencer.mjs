import TestSequencer from '@jest/test-sequencer';

// Those that take longest. Jest knows how long a file took before; where it has never run, it takes the largest file for the
// longest, and a small one that waits for a minute then comes last, alone.
const LONG = [
  'durability/frozen-worker',
  'command/local/up',
  'workflows/fleet/limits',
  'durability/fleet',
  'durability/exactly-one',
  'durability/roll-back',
  'durability/server-restart',
  'workflows/account/pacing',
  'workflows/account/origin',
  'workflows/fleet/lost-pages',
  'command/worker',
].map((name) => `/test/${name}.test.ts`);

/** The order of the test files: the longest first, so that the short ones fill the time of all workers up to the end. */
export default class LongestFirst extends TestSequencer {
  sort(tests) {
    const isLong = ({ path }) => LONG.some((end) => path.replaceAll('\\', '/').endsWith(end));
    const sorted = super.sort(tests);
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
  }
}
