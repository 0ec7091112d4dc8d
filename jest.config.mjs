import { findChromium } from './test/ui/find-chromium.mjs';

// As the command does: see command/run.ts.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

// Jest forces colours on the processes of the test files where `CI` is set; what the tests read has none.
process.env.NO_COLOR = '1';

// A seventh of what the servers of Temporal compute is Go's collecting of garbage, by its default.
process.env.GOGC ??= '400';

// The processes of the test files inherit it; empty: the tests of the UI are skipped.
process.env.CHROMIUM_PATH = findChromium() ?? '';

/** @type {import('jest').Config} */
export default {
  testEnvironment: '<rootDir>/test/support/jest/environment.cjs',
  runtime: '<rootDir>/test/support/jest/runtime.cjs',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // Examples are programs of their own, in languages that have to be there: `npm run examples` and `npm run pipelines`.
  testPathIgnorePatterns: ['/node_modules/', ...(process.env.FULL ? [] : ['/test/examples/(?!library)'])],
  // Verbs are imported when they are called, by the name that they have once they are compiled.
  moduleNameMapper: { '^(\\.{1,2}/.+)\\.js$': '$1' },
  testSequencer: '<rootDir>/test/support/sequencer.mjs',
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  transform: {
    '\\.[cm]?[jt]s$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' }, keepClassNames: true },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  // Ends a test that hangs, and no other: a sound one takes seconds, and many times that where the machine is busy.
  testTimeout: 180_000,
  // Tests wait more than they work: five files at once keep two cores busy.
  maxWorkers: 5,
  // Each file leaves modules in its process, which Jest does not get rid of.
  workerIdleMemoryLimit: '1GB',
  // More at once would only make each slower, and bring it to the time-outs of what it proves.
  maxConcurrency: 6,
};
