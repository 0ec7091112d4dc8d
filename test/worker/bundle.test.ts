import { readFile } from 'node:fs/promises';
import { WORKFLOW_BUNDLE } from '../../worker';

test('the bundle evaluates the contract once a worker, not once a run', async () => {
  // What is preloaded is frozen: that runs still read requests then, every other test on a worker shows.
  const bundle = await readFile(WORKFLOW_BUNDLE, 'utf8');
  expect(bundle).toMatch(
    /function preloadModules\(\) \{\s+__webpack_require__\([^)]*"\.\/dist\/contract\/index\.js"\);/,
  );
});
