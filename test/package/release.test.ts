import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../docs/pages';

test('nothing is published as long as something is not ready, and what that is is said', () => {
  const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    version: string;
  };
  const args = [path.join(ROOT, 'sandbox', 'release.mjs'), '--publish', '--tag', 'v9.9.9'];
  const env = { ...process.env, GITHUB_REPOSITORY: undefined };
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
  expect(status).toBe(1);
  expect(stderr).toContain(`not ready: the tag is v9.9.9, and the version in package.json ${version}`);
  // The chart is of the version of the package.
  expect(stderr).not.toContain('Helm');
});
