import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pageNamed, ROOT } from './pages';

const TEST = /`(test\/[\w/.-]+\.test\.ts)`: "([^"]+)"/g;
const SOURCE = /^\[[^\]]+\]\(https:\/\/(docs|learn)\.temporal\.io\/[^)\s]+\)$/;
const PERMISSIVE =
  /^(0BSD|Apache-2\.0( AND MIT)?|BlueOak-1\.0\.0|BSD-[23]-Clause|CC-BY-4\.0|ISC|MIT|Unlicense)$/;

const SECURITY = pageNamed('docs/security.md').text;
const WHOM = linesOf(
  SECURITY.slice(SECURITY.indexOf('## What stops whom'), SECURITY.indexOf('What is not stopped')),
);
const CHECKLIST = linesOf(pageNamed('docs/production-checklist.md').text);

/** The lines of tables, without their heads. */
function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.startsWith('| ') && !/^\| (who could|item|--)/.test(line));
}

function expectTestsOf(line: string): void {
  const named = [...line.matchAll(TEST)];
  expect([line, named.length]).not.toEqual([line, 0]);
  for (const [, file = '', title = ''] of named) {
    const there = existsSync(path.join(ROOT, file)) ? readFileSync(path.join(ROOT, file), 'utf8') : '';
    expect([file, title, there.includes(title)]).toEqual([file, title, true]);
  }
}

test('every line of what stops whom names a test that there is', () => {
  expect(WHOM.length).toBeGreaterThan(12);
  WHOM.forEach(expectTestsOf);
});

describe('the production checklist', () => {
  const items = CHECKLIST.map((line) => {
    const [, item = '', source = '', how = '', shown = ''] = line.split('|').map((cell) => cell.trim());
    return { item, source, how, shown };
  });

  test('names a test that there is for each item, but for those that it says are not met, or yours', () => {
    expect(items.length).toBeGreaterThanOrEqual(25);
    expect(items.length).toBeLessThanOrEqual(40);
    for (const { item, how, shown } of items) {
      const [, status] = /^\*\*([^*]+)\.\*\*/.exec(how) ?? [];
      expect([undefined, 'In part', 'Not met', 'Yours']).toContain(status);
      const isUnshown = status === 'Not met' || status === 'Yours';
      expect([item, shown === 'none']).toEqual([item, isUnshown]);
      if (!isUnshown) expectTestsOf(shown);
    }
  });

  test('has each item from a page of Temporal', () => {
    for (const { item, source } of items)
      for (const page of source.split(', '))
        expect([item, page, SOURCE.test(page)]).toEqual([item, page, true]);
  });
});

test('what is installed in production is under licences that ask for no more than a notice', () => {
  const table = SECURITY.slice(
    SECURITY.indexOf('<!-- licences:start -->'),
    SECURITY.indexOf('<!-- licences:end -->'),
  );
  const licences = [...table.matchAll(/^\| ([^|]+?) +\|/gm)].map(([, licence = '']) => licence).slice(2);
  expect(licences.length).toBeGreaterThan(5);
  expect(licences.filter((licence) => !PERMISSIVE.test(licence))).toEqual([]);
});
