import { execFileSync } from 'node:child_process';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '..', '..');
const LIST = `
  const before = new Set(Object.keys(require.cache));
  require(process.argv[1]);
  console.log(JSON.stringify(Object.keys(require.cache).filter((file) => !before.has(file))));
`;

/** The packages, and the folders of `dist`, that are loaded with one of them. */
function loadedWith(folder: string): Set<string> {
  const entry = path.join(ROOT, 'dist', folder);
  const files = JSON.parse(
    execFileSync(process.execPath, ['-e', LIST, entry], { encoding: 'utf8' }),
  ) as string[];
  const names = files.map((file) => path.relative(ROOT, file).split(path.sep).join('/'));
  return new Set(
    names.map(
      (name) =>
        /^dist\/[^/]+/.exec(name)?.[0] ?? /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(name)?.[1] ?? name,
    ),
  );
}

test.each([
  [
    'worker',
    // Of the client it has what starts runs, for its Nexus service: no connection, no manifests.
    [
      '@temporalio/envconfig',
      'csv-parse',
      '@aws-sdk/client-ssm',
      '@aws-sdk/client-sqs',
      'request-filtering-agent',
    ],
  ],
  ['client', ['dist/worker', 'dist/activities', '@temporalio/worker', '@temporalio/core-bridge', 'webpack']],
])('a %s loads nothing of the command, the sandbox or the tests', (folder, others) => {
  const loaded = loadedWith(folder);
  expect(loaded).toContain(`dist/${folder}`);
  expect(loaded).toContain('zod');
  const foreign = [
    'dist/command',
    'dist/sandbox',
    'dist/workflows',
    '@temporalio/testing',
    'commander',
    'ora',
  ];
  expect([...foreign, ...others].filter((name) => loaded.has(name))).toEqual([]);
});
