// Releases the version of package.json: `npm run release` tries all of it and publishes nothing; the release workflow runs it
// with --publish. What is to be released is what a commit has, built from nothing.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: { publish: { type: 'boolean', default: false }, tag: { type: 'string' } },
});
const { GITHUB_REPOSITORY } = process.env;
const { version, repository } = JSON.parse(read('package.json'));
const tag = values.tag ?? `v${version}`;
const problems = findProblems();
for (const problem of problems) console.error(`not ready: ${problem}`);
// Whoever tries wants to see the rest as well.
if (problems.length > 0 && values.publish) process.exit(1);

const folder = mkdtempSync(join(tmpdir(), 'release-'));
try {
  console.error(`${tag} as of ${git('rev-parse', '--short', 'HEAD')}`);
  // No build of this folder, nor what is in it beside the commit, gets into the package.
  run('git', ['clone', '--quiet', '--no-hardlinks', ROOT, folder], ROOT);
  if (repository === undefined && GITHUB_REPOSITORY !== undefined)
    // Provenance names the repository, and npm refuses it where the package names another, or none.
    npm(
      'pkg',
      'set',
      'repository.type=git',
      `repository.url=git+https://github.com/${GITHUB_REPOSITORY}.git`,
    );
  npm('ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline');
  npm('run', '--silent', 'build');
  npm(
    'publish',
    '--ignore-scripts',
    '--access=public',
    ...(values.publish ? ['--provenance'] : ['--dry-run']),
  );
  console.error(values.publish ? `published: ${tag}` : 'tried; nothing was published');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (problems.length > 0) process.exitCode = 1;

function findProblems() {
  const found = [];
  if (git('status', '--porcelain') !== '') found.push('there are changes that no commit has');
  if (tag !== `v${version}`) found.push(`the tag is ${tag}, and the version in package.json ${version}`);
  const heading = new RegExp(`^## ${version.replaceAll('.', '\\.')} \\((.*)\\)$`, 'm').exec(
    read('CHANGELOG.md'),
  );
  if (heading === null) found.push(`CHANGELOG.md has no "## ${version} (date)"`);
  else if (!/^\d{4}-\d{2}-\d{2}$/.test(heading[1]))
    found.push(`CHANGELOG.md says "${heading[1]}" of ${version}, and no date`);
  const chart = read('deploy/helm/identity-center-worker/Chart.yaml');
  for (const field of ['version', 'appVersion'])
    if (!chart.includes(`\n${field}: ${version}\n`))
      found.push(`${field} of the Helm chart is not ${version}`);
  if (repository === undefined && GITHUB_REPOSITORY === undefined)
    found.push(
      'package.json names no repository; the release workflow fills in its own, as GITHUB_REPOSITORY says',
    );
  return found;
}

function read(file) {
  return readFileSync(join(ROOT, file), 'utf8');
}

function git(...args) {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
}

function npm(...args) {
  run('npm', args, folder);
}

function run(file, args, cwd) {
  execFileSync(file, args, { cwd, stdio: ['ignore', 2, 2] });
}
