// Writes the tables of README.md that are made from the code: `npm run docs`, after a build. With --check it only says
// whether they are up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as prettier from 'prettier';

const require = createRequire(import.meta.url);
const { FAILURES } = require('../dist/contract/index.js');
const { workerSettingsSchema } = require('../dist/worker/index.js');

const RETRY = {
  backOff: 'tries again: exponential back-off, full jitter',
  freshCredentials: 'tries again with new credentials',
  untilAccountReady: 'tries again until `accountReadyTimeout`, then stops with `AccountNotReady`',
  stop: 'stops',
};

const readme = new URL('../README.md', import.meta.url);
const before = readFileSync(readme, 'utf8');
const options = await prettier.resolveConfig(readme);
const after = await prettier.format(fill(fill(before, 'answers', answers()), 'settings', settings()), {
  ...options,
  parser: 'markdown',
});

if (process.argv.includes('--check')) {
  if (before !== after) {
    console.error('README.md: the tables made from the code are out of date. Run: npm run docs');
    process.exit(1);
  }
} else {
  writeFileSync(readme, after);
}

function answers() {
  const rows = Object.values(FAILURES).map(
    ({ types, sdkList, meaning, retry, remedy }) =>
      `| ${types.map((type) => `\`${type}\``).join(', ')}${sdkList ? `, the other names of ${sdkList} in the AWS SDK` : ''} | ${meaning} | ${RETRY[retry]} | ${remedy} |`,
  );
  return [
    '| failure type | what it means | the call | what you do |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function settings() {
  const rows = Object.entries(workerSettingsSchema.shape).map(([name, schema]) => {
    const fallback = schema.safeParse(undefined).data;
    return `| \`${name}\` | ${schema.description} | ${fallback === undefined ? 'none' : `\`${fallback}\``} |`;
  });
  return ['| variable | what it sets | default |', '| --- | --- | --- |', ...rows].join('\n');
}

function fill(text, name, table) {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const [head, rest] = text.split(start);
  return `${head}${start}\n\n${table}\n\n${end}${rest.split(end)[1]}`;
}
