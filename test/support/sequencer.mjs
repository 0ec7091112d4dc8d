import TestSequencer from '@jest/test-sequencer';

// Those that take longest, most of it waiting, in this order. Jest knows how long a file took before; where it has never run, it
// takes the largest file for the longest, and a small one that waits for a minute then comes last, alone.
const LONG = [
  'durability/frozen-worker',
  'workflows/fleet/limits',
  'command/worker',
  'command/local/up',
  'workflows/account/origin',
  'command/secured-cluster',
  'encryption/encrypted-runs',
  'workflows/account/pacing',
  'workflows/fleet/provision-fleet',
  'workflows/fleet/verified',
  'durability/fleet',
  'durability/exactly-one',
  'durability/roll-back',
  'durability/server-restart',
  'workflows/fleet/lost-pages',
  'ui/pages',
  'chaos/upgrade',
].map((name) => `/test/${name}.test.ts`);

/** The order of the test files: the longest first, so that the short ones fill the time of all workers up to the end. */
export default class LongestFirst extends TestSequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const long = LONG.flatMap((end) => sorted.filter(({ path }) => path.replaceAll('\\', '/').endsWith(end)));
    return [...long, ...sorted.filter((test) => !long.includes(test))];
  }
}
