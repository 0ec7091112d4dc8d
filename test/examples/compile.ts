import { transformSync } from '@swc/core';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EXAMPLES } from './example';

const COMPILED = path.join(EXAMPLES, '..', 'dist', 'examples');

/**
 * Compiles an example of ours, for Node.js to run; returns its path. It lies in this package, so that the package's name in it
 * is this package.
 */
export function compileExample(file: string): string {
  return compileTo(COMPILED, file);
}

/** The same, into a folder of another package. */
export function compileTo(folder: string, file: string): string {
  const { code } = transformSync(readFileSync(path.join(EXAMPLES, file), 'utf8'), {
    filename: file,
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'es6' },
  });
  const compiled = path.join(folder, file.replace(/\.mts$/, '.mjs').replace(/\.ts$/, '.js'));
  mkdirSync(path.dirname(compiled), { recursive: true });
  // A process that was started before may be about to read it.
  writeFileSync(`${compiled}.${process.pid}`, code);
  renameSync(`${compiled}.${process.pid}`, compiled);
  return compiled;
}
