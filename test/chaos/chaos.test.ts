import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { makePlan } from '../../chaos/plan';
import { WORKFLOW_BUNDLE } from '../../worker';

const CHAOS = path.join(path.dirname(WORKFLOW_BUNDLE), 'chaos', 'main.js');

test('the same seed gives the same plan, another seed another', () => {
  expect(makePlan(7, 0.5)).toEqual(makePlan(7, 0.5));
  expect(makePlan(8, 0.5)).not.toEqual(makePlan(7, 0.5));
});

test('a short run of chaos: every promise is kept', async () => {
  // Its exit code is 1 where one is broken, and its output then has the timeline.
  const { stdout } = await promisify(execFile)(process.execPath, [CHAOS, '--seed', '7', '--minutes', '0.3']);
  expect(stdout).toContain(' 0 violations');
}, 360_000);
