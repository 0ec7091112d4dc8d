import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

/** The packages that Node.js loads with a module of dist/. */
function packagesLoadedWith(module: string): Set<string> {
  const script = `require('./dist/${module}'); console.log(JSON.stringify(Object.keys(require.cache)))`;
  const files = JSON.parse(
    execFileSync(process.execPath, ['-e', script], { cwd: ROOT, encoding: 'utf8' }),
  ) as string[];
  const inside = files.map((file) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]);
  return new Set(inside.flatMap((name) => name ?? []));
}

test('the library loads nothing of a worker, the sandbox or the command, and no parser of manifests', () => {
  const loaded = packagesLoadedWith('client/index.js');
  expect(loaded).toContain('@temporalio/client');
  for (const name of ['@temporalio/worker', '@temporalio/testing', '@aws-sdk/client-sso-admin', 'commander'])
    expect(loaded).not.toContain(name);
  for (const parser of ['csv-parse', 'yaml', 'jsonc-parser']) expect(loaded).not.toContain(parser);
});

test('the reader of manifests loads no client of Temporal', () => {
  const loaded = packagesLoadedWith('client/manifest/index.js');
  expect(loaded).toContain('yaml');
  expect(loaded).not.toContain('@temporalio/client');
});
