import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');

test('the schemas, and the pages that are made from the code, are up to date', () => {
  execFileSync(process.execPath, ['docs/update-contract.mjs', '--check'], { cwd: ROOT });
});

test('the package holds the schemas and the examples, and no compiled example', () => {
  const [{ files }] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT, encoding: 'utf8' }),
  ) as [{ files: { path: string }[] }];
  const packed = files.map((file) => file.path);
  for (const schema of readdirSync(path.join(ROOT, 'schemas'))) expect(packed).toContain(`schemas/${schema}`);
  expect(packed).toContain('examples/python/provision.py');
  expect(packed.filter((file) => file.startsWith('dist/examples'))).toEqual([]);
  expect(require.resolve('identity-center-orchestrator/schemas/progress.json')).toBe(
    path.join(ROOT, 'schemas/progress.json'),
  );
});
