import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { makeWholePlan } from '../../chaos/fleet-plan';
import { makePlan } from '../../chaos/plan';
import { WORKFLOW_BUNDLE } from '../../worker';

const CHAOS = path.join(path.dirname(WORKFLOW_BUNDLE), 'chaos', 'main.js');

test('the same seed gives the same plan, another seed another', () => {
  expect(makeWholePlan(7, 0.5)).toEqual(makeWholePlan(7, 0.5));
  expect(makeWholePlan(8, 0.5).fleets).not.toEqual(makeWholePlan(7, 0.5).fleets);
  expect(makePlan(8, 0.5)).not.toEqual(makePlan(7, 0.5));
});

test('fleets have accounts in common, and some that have runs of their own', () => {
  const { accounts, fleets } = makeWholePlan(7, 1);
  const own = new Set(accounts.filter(({ ownRun }) => ownRun).map(({ accountId }) => accountId));
  const members = fleets.map(({ pages }) => pages.flat());
  expect(members.every((ids) => new Set(ids).size === ids.length)).toBe(true);
  expect(new Set(members.flat()).size).toBeLessThan(members.flat().length);
  expect(members.flat().some((id) => own.has(id))).toBe(true);
  expect(fleets.some(({ pages }) => pages.length > 1)).toBe(true);
});

test('a short run of chaos: every promise is kept', async () => {
  // Its exit code is 1 where one is broken, and its output then has the timeline.
  const { stdout } = await promisify(execFile)(process.execPath, [CHAOS, '--seed', '7', '--minutes', '0.3']);
  expect(stdout).toMatch(/, [1-9]\d* fleets, 0 violations/);
}, 360_000);
