import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.join(__dirname, '..', '..');

/** A page of the documentation. */
export interface Page {
  /** From the root of the package: `docs/fleets.md`. */
  name: string;
  text: string;
}

/** The README and the pages in docs/. */
export const PAGES: readonly Page[] = [
  'README.md',
  ...readdirSync(path.join(ROOT, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
].map(pageAt);

/** Reads a page, by its place from the root of the package. */
export function pageAt(name: string): Page {
  return { name, text: readFileSync(path.join(ROOT, name), 'utf8') };
}

export function pageNamed(name: string): Page {
  const page = PAGES.find((it) => it.name === name);
  if (page === undefined) throw new Error(`there is no page ${name}`);
  return page;
}

/** The blocks of code of a page in a language, in their order. */
export function blocksOf({ text }: Page, language: string): string[] {
  return [...text.matchAll(/^```(\w+)\n(.*?)^```/gms)]
    .filter(([, name]) => name === language)
    .map(([, , code = '']) => code);
}
