// Writes the tables of README.md that are made from the code: `npm run docs`, after a build. With --check it only says
// whether they are up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as prettier from 'prettier';

const require = createRequire(import.meta.url);
const { FAILURES, requestFields } = require('../dist/contract/index.js');
const { workerSettingsSchema } = require('../dist/worker/index.js');

const RETRY = {
  backOff: 'tries again: exponential back-off, full jitter',
  freshCredentials: 'tries again with new credentials',
  untilAccountReady:
    'tries again until `accountReadyTimeout`, then stops with `AccountNotReady` (an explicit deny: as itself)',
  stop: 'stops',
};

const readme = new URL('../README.md', import.meta.url);
const before = readFileSync(readme, 'utf8');
const options = await prettier.resolveConfig(readme);
const tables = { request: request(), settings: settings(), answers: answers() };
const filled = Object.entries(tables).reduce((text, [name, table]) => fill(text, name, table), before);
const after = await prettier.format(filled, { ...options, parser: 'markdown' });

if (process.argv.includes('--check')) {
  if (before !== after) {
    console.error('README.md: the tables made from the code are out of date. Run: npm run docs');
    process.exit(1);
  }
} else {
  writeFileSync(readme, after);
}

function request() {
  const rows = requestFields().map(({ path, option, choices, description, required, default: fallback }) => {
    const name = option && code(option.split(' ')[0]);
    const meaning = `${choices === undefined ? '' : `${choices.map(code).join(' or ')}: `}${description}`;
    return [code(path), name, meaning, required ? 'required' : codeOrNone(fallback)];
  });
  return table(['field', 'option', 'meaning', 'default'], rows);
}

function answers() {
  const rows = Object.values(FAILURES).map(({ types, sdkList, meaning, retry, remedy }) => [
    types.map(code).join(', ') + (sdkList ? `, the other names of ${sdkList} in the AWS SDK` : ''),
    meaning,
    RETRY[retry],
    remedy,
  ]);
  return table(['failure type', 'what it means', 'the call', 'what you do'], rows);
}

function settings() {
  const rows = Object.entries(workerSettingsSchema.shape).map(([name, schema]) => {
    return [code(name), schema.description, codeOrNone(schema.safeParse(undefined).data)];
  });
  return table(['variable', 'what it sets', 'default'], rows);
}

function code(text) {
  return `\`${text}\``;
}

function codeOrNone(text) {
  return text === undefined ? 'none' : code(text);
}

function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function fill(text, name, table) {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const [head, rest] = text.split(start);
  return `${head}${start}\n\n${table}\n\n${end}${rest.split(end)[1]}`;
}
