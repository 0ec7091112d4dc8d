import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pageNamed, ROOT } from './pages';

const TEST = /`(test\/[\w/.-]+\.test\.ts)`: "([^"]+)"/g;
const PERMISSIVE =
  /^(0BSD|Apache-2\.0( AND MIT)?|BlueOak-1\.0\.0|BSD-[23]-Clause|CC-BY-4\.0|ISC|MIT|Unlicense)$/;

const { text } = pageNamed('docs/security.md');
const lines = text
  .slice(text.indexOf('## What stops whom'), text.indexOf('What is not stopped'))
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (who could|---)/.test(line));

test('every line of what stops whom names a test that there is', () => {
  expect(lines.length).toBeGreaterThan(12);
  for (const line of lines) {
    const named = [...line.matchAll(TEST)];
    expect([line, named.length]).not.toEqual([line, 0]);
    for (const [, file = '', title = ''] of named) {
      const there = existsSync(path.join(ROOT, file)) ? readFileSync(path.join(ROOT, file), 'utf8') : '';
      expect([file, title, there.includes(title)]).toEqual([file, title, true]);
    }
  }
});

test('what is installed in production is under licences that ask for no more than a notice', () => {
  const table = text.slice(text.indexOf('<!-- licences:start -->'), text.indexOf('<!-- licences:end -->'));
  const licences = [...table.matchAll(/^\| ([^|]+?) +\|/gm)].map(([, licence = '']) => licence).slice(2);
  expect(licences.length).toBeGreaterThan(5);
  expect(licences.filter((licence) => !PERMISSIVE.test(licence))).toEqual([]);
});
