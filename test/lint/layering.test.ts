import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const RULE = '@typescript-eslint/no-restricted-imports';

const ALLOWED: [file: string, statement: string][] = [
  ['contract/x.ts', "import { z } from 'zod';"],
  ['contract/x.ts', "import { y } from './y';"],
  ['workflows/x.ts', "import { y } from '../contract';"],
  ['workflows/x.ts', "import type { y } from '../activities';"],
  ['workflows/x.ts', "import { y } from '@temporalio/workflow';"],
  ['workflows/x.ts', "import { y } from '@temporalio/common';"],
  ['workflows/x.ts', "import { y } from './y';"],
  ['activities/x.ts', "import { y } from '../contract';"],
  ['activities/x.ts', "import { y } from 'node:crypto';"],
  ['activities/x.ts', "import { y } from '@aws-sdk/client-sts';"],
  ['worker/x.ts', "import { y } from '../activities';"],
  ['worker/x.ts', "import { y } from '../workflows';"],
  ['worker/x.ts', "import { y } from '../client/nexus';"],
  ['client/x.ts', "import { y } from '../contract';"],
  ['pipelines/x.ts', "import { y } from '../client';"],
  ['pipelines/x.ts', "import { y } from '../client/manifest';"],
  ['command/x.ts', "import { y } from '../pipelines/queue';"],
  ['command/x.ts', "import { y } from '../client/manifest';"],
  ['command/x.ts', "import { y } from '../sandbox';"],
  ['command/x.ts', "import { y } from '../sandbox/temporal-server';"],
  ['sandbox/x.ts', "import { y } from './emulator';"],
  ['sandbox/x.ts', "import { y } from '../worker';"],
  ['sandbox/emulator/x.ts', "import { y } from '../../contract';"],
  ['sandbox/emulator/x.ts', "import { y } from '../temporal-server';"],
  ['bench/x.ts', "import { y } from '../sandbox/emulator';"],
  ['bench/x.ts', "import { y } from '../command/drawing';"],
  ['test/worker/x.ts', "import { y } from '../../worker/y';"],
];

const FORBIDDEN: [file: string, statement: string][] = [
  ['contract/x.ts', "import { y } from '../client';"],
  ['contract/x.ts', "import type { y } from '../activities';"],
  ['contract/x.ts', "import { y } from 'node:fs';"],
  ['contract/x.ts', "import { y } from 'fs/promises';"],
  ['contract/x.ts', "import { y } from '@temporalio/worker';"],
  ['workflows/x.ts', "import { y } from '../activities';"],
  ['workflows/x.ts', "import type { y } from '../activities/y';"],
  ['workflows/x.ts', "import { y } from '../contract/y';"],
  ['workflows/x.ts', "import type { y } from '../worker';"],
  ['workflows/x.ts', "import { y } from 'node:crypto';"],
  ['workflows/x.ts', "import { y } from '@aws-sdk/client-sso-admin';"],
  ['workflows/x.ts', "import { y } from '@temporalio/activity';"],
  ['activities/x.ts', "import { y } from '../workflows';"],
  ['activities/x.ts', "import { y } from '../worker';"],
  ['activities/x.ts', "export * from '../client';"],
  ['worker/x.ts', "import { y } from '../activities/y';"],
  ['worker/x.ts', "import { y } from '../command';"],
  ['client/x.ts', "import { y } from '../workflows';"],
  ['client/x.ts', "import { y } from '../pipelines';"],
  ['pipelines/x.ts', "import { y } from '../worker';"],
  ['pipelines/x.ts', "import { y } from '../client/y';"],
  ['command/x.ts', "import { y } from '../pipelines/queue/y';"],
  ['client/x.ts', "import { y } from '../sandbox';"],
  ['client/inner/x.ts', "import { y } from '../../worker';"],
  ['command/x.ts', "import { y } from '../client/y';"],
  ['command/x.ts', "import { y } from '../client/manifest/y';"],
  ['command/x.ts', "import { y } from '../sandbox/up';"],
  ['command/x.ts', "import { y } from '../sandbox/temporal-server/free-port';"],
  ['sandbox/x.ts', "import { y } from './emulator/y';"],
  ['sandbox/emulator/x.ts', "import { y } from '../temporal-server/free-port';"],
  ['bench/x.ts', "import { y } from '../worker/y';"],
  ['bench/x.ts', "import { y } from '../command/y';"],
  ['bench/x.ts', "import { y } from '../command/drawing/y';"],
  ['client/x.ts', "import { y } from '../test/support/y';"],
];

// ESLint loads its configuration by import(), which Jest does not let it; so it runs in a process of its own.
const SCRIPT = `
  const { ESLint } = require('eslint');
  const eslint = new ESLint({
    // Only this rule, and no types: the files do not exist, and the other rules are not the matter here.
    overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
    ruleFilter: ({ ruleId }) => ruleId === '${RULE}',
  });
  const lint = ([filePath, statement]) => eslint.lintText(statement + '\\n', { filePath });
  Promise.all(JSON.parse(process.argv[1]).map(lint)).then((results) => {
    console.log(JSON.stringify(results.map(([result]) => result.messages.map(({ ruleId }) => ruleId))));
  });
`;

describe('the layers', () => {
  let complaints: string[][];

  beforeAll(() => {
    const cases = JSON.stringify([...ALLOWED, ...FORBIDDEN]);
    const answer = execFileSync(process.execPath, ['-e', SCRIPT, cases], { cwd: ROOT, encoding: 'utf8' });
    complaints = JSON.parse(answer) as string[][];
  });

  it.each(ALLOWED.map((sentence, index) => [...sentence, index] as const))(
    'let %s say: %s',
    (_, __, index) => {
      expect(complaints[index]).toEqual([]);
    },
  );

  it.each(FORBIDDEN.map((sentence, index) => [...sentence, ALLOWED.length + index] as const))(
    'do not let %s say: %s',
    (_, __, index) => {
      expect([...new Set(complaints[index])]).toEqual([RULE]);
    },
  );
});
