import { readdirSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../docs/pages';
import { goProgram, pythonPrograms, run } from '../deploy/tools';
import { isFull } from '../support/full';

const GITHUB = path.join(ROOT, '.github');
const python = isFull ? pythonPrograms('check-jsonschema==0.39.0') : undefined;
const actionlint = isFull ? goProgram('github.com/rhysd/actionlint/cmd/actionlint@v1.7.12') : undefined;

const filesIn = (folder: string) =>
  readdirSync(path.join(GITHUB, folder)).map((file) => path.join(GITHUB, folder, file));
const forms = () => filesIn('ISSUE_TEMPLATE').filter((file) => !file.endsWith('config.yml'));

(python === undefined ? test.skip : test).each<[string, () => string[]]>([
  ['github-workflows', () => filesIn('workflows')],
  ['dependabot', () => [path.join(GITHUB, 'dependabot.yml')]],
  ['github-issue-forms', forms],
  ['github-issue-config', () => [path.join(GITHUB, 'ISSUE_TEMPLATE', 'config.yml')]],
])('GitHub takes what it reads, by its schema: %s', (schema, files) => {
  const args = ['--builtin-schema', `vendor.${schema}`, ...files()];
  const { status, stdout, stderr } = run(path.join(python ?? '', 'check-jsonschema'), args);
  expect({ status, said: status === 0 ? '' : `${stdout}${stderr}` }).toEqual({ status: 0, said: '' });
});

(actionlint === undefined ? test.skip : test)('actionlint finds nothing in the workflows', () => {
  // Shellcheck and Pyflakes, where they happen to be installed, would make it another test.
  const args = ['-shellcheck=', '-pyflakes=', ...filesIn('workflows')];
  expect(run(actionlint ?? '', args)).toEqual({ status: 0, stdout: '', stderr: '' });
});
