// Writes what is made from the contract, after a build: schemas/*.json, the tables of docs/contract.md and docs/pipelines.md, and
// the code of docs/library.md and docs/pipelines.md, which is that of examples/. With --check it only says whether they are up to
// date.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import * as prettier from 'prettier';

const require = createRequire(import.meta.url);
const { jsonSchemas } = require('../dist/contract/schemas/index.js');
const { eventOutcomeJsonSchema } = require('../dist/pipelines/events/index.js');
const { eventRulesJsonSchema } = require('../dist/pipelines/rules/index.js');

const root = new URL('../', import.meta.url);
const schemas = {
  ...jsonSchemas(),
  'event-outcome': eventOutcomeJsonSchema(),
  'event-rules': eventRulesJsonSchema(),
};
const written = new Map();

for (const [name, schema] of Object.entries(schemas)) {
  await write(`schemas/${name}.json`, JSON.stringify(schema), 'json');
}
for (const page of ['docs/contract.md', 'docs/library.md', 'docs/pipelines.md']) {
  const text = readFileSync(new URL(page, root), 'utf8');
  await write(page, text.replaceAll(/(<!-- (\S+):start -->\n).*?(<!-- \2:end -->)/gs, fill), 'markdown');
}

const foreign = readdirSync(new URL('schemas', root)).filter((file) => !written.has(`schemas/${file}`));
const stale = [...written].filter(([file, text]) => textOf(file) !== text).map(([file]) => file);
if (!process.argv.includes('--check')) {
  for (const [file, text] of written) writeFileSync(new URL(file, root), text);
} else if (stale.length > 0 || foreign.length > 0) {
  console.error(`Out of date: ${[...stale, ...foreign].join(', ')}. Run: npm run docs`);
  process.exit(1);
}

async function write(file, text, parser) {
  const options = await prettier.resolveConfig(fileURLToPath(new URL(file, root)));
  written.set(file, await prettier.format(text, { ...options, parser }));
}

function textOf(file) {
  const url = new URL(file, root);
  return existsSync(url) ? readFileSync(url, 'utf8') : undefined;
}

/** Fills what is between two markers: with the fields of a schema, or a file of the examples. */
function fill(_, start, name, end) {
  return `${start}\n${name.includes('/') ? code(name) : table(name)}\n\n${end}`;
}

function code(file) {
  const text = readFileSync(new URL(file, root), 'utf8').trimEnd();
  return `\`\`\`${file.endsWith('.mts') ? 'ts' : file.split('.').at(-1)}\n${text}\n\`\`\``;
}

function table(name) {
  const rows = rowsOf(schemas[name]).map((cells) => `| ${cells.join(' | ')} |`);
  return ['| field | type | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

function rowsOf({ properties, required = [] }, outer = '') {
  return Object.entries(properties).flatMap(([key, field]) => {
    const path = `${outer}${key}`;
    const mark = required.includes(key) ? '' : '?';
    const row = [`\`${path}${mark}\``, typeOf(field), field.description ?? ''];
    const inner = field.type === 'array' ? field.items : field;
    // The request has a table of its own.
    if (inner.properties === undefined || key === 'request') return [row];
    return [row, ...rowsOf(inner, `${path}${field.type === 'array' ? '[]' : ''}.`)];
  });
}

function typeOf({ type, enum: choices, const: only, items, anyOf, format }) {
  if (only !== undefined) return `\`${only}\``;
  // The table of failures has its own page.
  if (choices !== undefined && choices.length > 12) return 'text';
  if (choices !== undefined) return choices.map((choice) => `\`${choice}\``).join(', ');
  if (anyOf !== undefined) return anyOf.map(typeOf).join(' or ');
  if (type === 'array') return items.properties === undefined ? `list of ${typeOf(items)}` : 'list';
  return (
    { string: format === 'date-time' ? 'time (ISO 8601)' : 'text', boolean: 'true or false' }[type] ?? type
  );
}
