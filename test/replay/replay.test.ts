import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DeterminismViolationError } from '@temporalio/workflow';
import { createLogger, installLogger, WORKFLOW_BUNDLE } from '../../worker';
import { readRecordings, unpackRecordings } from '../../worker/recordings';
import { checkReplay, findDivergences } from '../../worker/replay';

const ROOT = path.join(__dirname, '..', '..');
const FOLDER = path.join(ROOT, 'test', 'histories');
const recordings = readRecordings(FOLDER);
const ofProvisionings = recordings.filter(
  ({ name, workflowId }) => workflowId.startsWith('identity-center/') && !name.includes('deprovision'),
);

let diverging: Map<string, Error>;
beforeAll(async () => {
  installLogger(createLogger('error'));
  const found = await findDivergences(recordings);
  diverging = new Map(found.map(({ name, error }) => [name, error]));
});

test.each(recordings.map(({ name }) => name))('%s replays as it was recorded', (name) => {
  expect(diverging.get(name)).toBeUndefined();
});

test('of every released version histories are kept', () => {
  const changelog = readFileSync(path.join(ROOT, 'CHANGELOG.md'), 'utf8');
  const released = [...changelog.matchAll(/^## (\d\S*) \((?!unreleased)/gm)].map(
    ([, version = '']) => version,
  );
  const kept = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(kept.map(({ name }) => name)).toEqual(expect.arrayContaining(released));
  for (const version of released)
    expect(recordings.filter(({ name }) => name.startsWith(`${version}/`)).length).toBeGreaterThan(0);
});

test('what the build packs for the gate is all of them', () => {
  expect(unpackRecordings().map(({ name }) => name)).toEqual(recordings.map(({ name }) => name));
});

test('a history that the workflow does not follow is found out', async () => {
  const [created] = recordings.filter(({ name }) => name === 'created');
  const other = JSON.parse(
    JSON.stringify(created).replaceAll('"createInstance"', '"makeInstance"'),
  ) as (typeof recordings)[number];
  const [found] = await findDivergences([other]);
  expect(found?.name).toBe('created');
  expect(found?.error).toBeInstanceOf(DeterminismViolationError);
});

test('an incompatible change of a workflow is found out, and fails the gate', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'identity-center-incompatible-'));
  try {
    // In a workflow a timer of JavaScript is one of Temporal, of which the recorded histories know nothing.
    const bundle = readFileSync(WORKFLOW_BUNDLE, 'utf8');
    const changed = bundle.replace(
      /async function provisionIdentityCenter\(\w+\) \{/,
      (head) => `${head} await new Promise((resolve) => setTimeout(resolve, 1000));`,
    );
    expect(changed).not.toBe(bundle);
    const codePath = path.join(folder, 'bundle.js');
    writeFileSync(codePath, changed);
    const check = await checkReplay(codePath);
    expect(check.ok).toBe(false);
    expect(check.found).toMatch(/^does not go on with \d+ of \d+ recorded histories: /);
    const [, count] = /with (\d+) of/.exec(check.found) ?? [];
    expect(Number(count)).toBeGreaterThanOrEqual(ofProvisionings.length);
    expect(check.remedy).toContain('docs/upgrades.md');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
