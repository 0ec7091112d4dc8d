import { builtinModules } from 'node:module';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

// What each folder may import of ours. Imports go one way; see docs for why.
const LAYERS = {
  contract: [],
  workflows: ['contract'],
  activities: ['contract'],
  encryption: ['contract', 'activities'],
  worker: ['contract', 'workflows', 'activities', 'encryption', 'client'],
  client: ['contract', 'encryption'],
  pipelines: ['contract', 'client', 'activities'],
  command: 'all',
  sandbox: 'all',
  bench: 'all',
  chaos: 'all',
  test: 'all',
};
const FOLDERS = Object.keys(LAYERS);

// Folders inside a folder that have a surface of their own.
const INNER_SURFACES = {
  client: ['manifest', 'nexus'],
  contract: ['nexus', 'schemas'],
  sandbox: ['cluster', 'emulator', 'temporal-server'],
  command: ['drawing'],
  pipelines: ['queue'],
};

const UP = '^(?:\\.\\./)+';
const node = {
  regex: `^(?:node:|(?:${builtinModules.filter((name) => !name.startsWith('_')).join('|')})(?:/|$))`,
  message: 'This folder runs inside the workflow sandbox, where Node is not.',
};

// Beside layers: what a folder may not import of others' packages.
const PACKAGES = {
  contract: [
    node,
    { regex: '^(?:@temporalio/(?!common$)|@aws-sdk/)', message: 'The contract is words, not machinery.' },
  ],
  workflows: [
    node,
    {
      regex: '^(?!\\.{1,2}(?:/|$)|@temporalio/(?:workflow|common)$)',
      message:
        'Workflows are deterministic: of packages they import @temporalio/workflow and @temporalio/common only.',
    },
    {
      regex: `${UP}activities$`,
      allowTypeImports: true,
      message: 'Use `import type`: an activity must not get into the workflow bundle.',
    },
  ],
};

function restrictionsOf(folder) {
  const allowed = LAYERS[folder];
  const forbidden =
    allowed === 'all' ? [] : FOLDERS.filter((other) => other !== folder && !allowed.includes(other));
  // The type-only exception for activities is in PACKAGES; here it would be forbidden outright.
  const layers = folder === 'workflows' ? forbidden.filter((other) => other !== 'activities') : forbidden;
  return [
    ...(layers.length === 0
      ? []
      : [
          {
            regex: `${UP}(?:${layers.join('|')})(?:/|$)`,
            message: `${folder}/ may import of ours: ${allowed.join(', ') || 'nothing'}.`,
          },
        ]),
    ...(PACKAGES[folder] ?? []),
    ...(folder === 'test'
      ? []
      : [
          {
            regex: `${UP}(?:${FOLDERS.filter((name) => !(name in INNER_SURFACES)).join('|')})/.`,
            message: 'Import the folder: its index.ts is its surface.',
          },
          ...Object.entries(INNER_SURFACES).map(([name, inner]) => ({
            regex: `${UP}${name}/(?!(?:${inner.join('|')})$).`,
            message: 'Import the folder: its index.ts is its surface.',
          })),
          {
            regex: `^\\.{1,2}/(?:${Object.values(INNER_SURFACES).flat().join('|')})/.`,
            message: 'Import the folder: its index.ts is its surface.',
          },
        ]),
  ];
}

export default defineConfig(
  { ignores: ['dist/', 'coverage/', 'node_modules/', 'test/histories/'] },
  {
    files: ['**/*.ts', '**/*.mts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // A number in a message reads as it is meant.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Brackets show that a key comes from an open set, such as the environment.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      // An empty text from outside is as good as none; `??` would keep it.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      // `for (;;)` and `while (true)` with a way out inside are how a wait loop is written.
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
    },
  },
  ...FOLDERS.map((folder) => ({
    files: [`${folder}/**/*.ts`],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: restrictionsOf(folder) }] },
  })),
  {
    // These talk to people on the terminal.
    files: [
      'command/**/*.ts',
      'bench/**/*.ts',
      'chaos/**/*.ts',
      'sandbox/cluster/main.ts',
      'worker/bundle.ts',
      'examples/**/*.mts',
    ],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // In a test a failed assertion says more than a guard would.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Stubs of asynchronous functions have nothing to wait for.
      '@typescript-eslint/require-await': 'off',
    },
  },
);
