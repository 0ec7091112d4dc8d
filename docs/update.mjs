// Writes what the pages say that is made from the code: `npm run docs`, after a build. With --check it only says whether they
// are up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import * as prettier from 'prettier';

const require = createRequire(import.meta.url);
const { knownFailures, RETRY_WORDS } = require('../dist/command/known-failures.js');
const { createProgram } = require('../dist/command/program.js');
const { workerSettingsSchema } = require('../dist/worker/index.js');
const { METRICS } = require('../dist/contract/index.js');
const { codecSettingsSchema } = require('../dist/encryption/index.js');

const failures = knownFailures();
const PAGES = {
  'command.md': { verbs: verbs() },
  'settings.md': { settings: settings(workerSettingsSchema), codec: settings(codecSettingsSchema) },
  'operations.md': { metrics: metrics() },
  'security.md': { licences: licences() },
  'failures.md': {
    retried: failureTable(failures.filter(({ retry }) => retry !== 'stop')),
    stops: failureTable(failures.filter(({ retry }) => retry === 'stop')),
  },
};

const stale = [];
for (const [name, parts] of Object.entries(PAGES)) {
  const file = fileURLToPath(new URL(name, import.meta.url));
  const before = readFileSync(file, 'utf8');
  const filled = Object.entries(parts).reduce((text, [part, made]) => fill(text, part, made), before);
  const after = await prettier.format(filled, {
    ...(await prettier.resolveConfig(file)),
    parser: 'markdown',
  });
  if (before === after) continue;
  stale.push(`docs/${name}`);
  if (!process.argv.includes('--check')) writeFileSync(file, after);
}
if (stale.length > 0 && process.argv.includes('--check')) {
  console.error(`Out of date: ${stale.join(', ')}. Run: npm run docs`);
  process.exit(1);
}

function metrics() {
  const rows = Object.values(METRICS).map(({ name, kind, labels, help }) => [
    code(name),
    kind,
    labels.map(code).join(', '),
    cell(help),
  ]);
  return table(['metric', 'kind', 'labels', 'what it tells'], rows);
}

function verbs() {
  return leaves(
    createProgram(() => {}),
    [],
  )
    .map(({ command, path }) => {
      const usage = [...path, ...command.registeredArguments.map(argument)].join(' ');
      const options = command.options
        .filter(({ long }) => long !== '--json')
        .map(({ flags, description, defaultValue }) => [
          code(flags),
          cell(description + byDefault(defaultValue)),
        ]);
      const example = exampleOf(command);
      return [
        `### ${code(usage)}`,
        `${command.description()}.`,
        ...(example === undefined ? [] : [`\`\`\`sh\n${example}\n\`\`\``]),
        ...(options.length === 0 ? [] : [table(['option', 'what it does'], options)]),
      ].join('\n\n');
    })
    .join('\n\n');
}

/** The verbs, those in groups with the names of their groups. */
function leaves(program, outer) {
  return program.commands.flatMap((command) => {
    const path = [...outer, command.name()];
    return command.commands.length > 0 ? leaves(command, path) : [{ command, path }];
  });
}

/** A switch is off without being said, and a list empty. */
function byDefault(value) {
  return ['string', 'number'].includes(typeof value) ? ` (default: ${value})` : '';
}

function argument(it) {
  return it.required ? `<${it.name()}>` : `[${it.name()}]`;
}

/** The example of the help, which is written after it. */
function exampleOf(command) {
  let text = '';
  command.configureOutput({ writeOut: (more) => (text += more) });
  command.outputHelp();
  return /Example:\n\s+(.*)/.exec(text)?.[1];
}

function failureTable(rows) {
  return table(
    ['situation', 'failure type', 'what it means', 'the call', 'what you do'],
    rows.map(({ situation, types, sdkList, meaning, retry, remedy }) => [
      code(situation),
      types.map(code).join(', ') + (sdkList ? `, the other names of ${sdkList} in the AWS SDK` : ''),
      cell(meaning),
      RETRY_WORDS[retry],
      cell(remedy),
    ]),
  );
}

function settings(schemas) {
  const rows = Object.entries(schemas.shape).map(([name, schema]) => {
    const fallback = schema.safeParse(undefined).data;
    return [
      code(name),
      cell(schema.description),
      typeof fallback === 'string' || typeof fallback === 'number' ? code(fallback) : 'none',
    ];
  });
  return table(['variable', 'what it sets', 'default'], rows);
}

/** The packages that are installed in production, by licence; the lock file knows them all, on whatever system. */
function licences() {
  const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
  const byLicence = new Map();
  for (const [path, { dev, license = 'Unlicense' }] of Object.entries(packages)) {
    if (path === '' || dev) continue;
    const names = byLicence.get(license) ?? new Set();
    byLicence.set(license, names.add(path.replace(/^.*node_modules\//, '')));
  }
  const rows = [...byLicence].sort(([one], [other]) => (one < other ? -1 : 1));
  return table(
    ['licence', 'packages'],
    rows.map(([licence, names]) => [licence, [...names].sort().join(', ')]),
  );
}

function code(text) {
  return `\`${text}\``;
}

/** A text as it stands in a cell: a bar would end it, and what is in angle brackets would be taken for HTML. */
function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('<', '\\<');
}

function table(head, rows) {
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((it) => it.replaceAll(/(?<!\\)\|/g, '\\|')).join(' | ')} |`)
    .join('\n');
}

function fill(text, part, made) {
  const [start, end] = [`<!-- ${part}:start -->`, `<!-- ${part}:end -->`];
  const [head, rest] = text.split(start);
  return `${head}${start}\n\n${made}\n\n${end}${rest.split(end)[1]}`;
}
