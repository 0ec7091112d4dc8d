import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { WORKFLOW_BUNDLE } from '../../worker';

test('the bundle evaluates the contract once a worker, not once a run', async () => {
  // What is preloaded is frozen: that runs still read requests then, every other test on a worker shows.
  const bundle = await readFile(WORKFLOW_BUNDLE, 'utf8');
  expect(bundle).toMatch(
    /function preloadModules\(\) \{\s+__webpack_require__\([^)]*"\.\/dist\/contract\/index\.js"\);/,
  );
});

test('its source map says nothing of the folder that it was built in', async () => {
  const bundle = await readFile(WORKFLOW_BUNDLE, 'utf8');
  const encoded = bundle.slice(bundle.lastIndexOf(';base64,') + ';base64,'.length);
  const { sources } = JSON.parse(Buffer.from(encoded, 'base64').toString()) as { sources: string[] };
  expect(sources).toContain('workflows/account/provision.ts');
  expect(sources.filter((file) => path.isAbsolute(file))).toEqual([]);
});
