import path from 'node:path';

/** Finds the package's folder, from the sources as well as from `dist`. */
export function packageRoot(): string {
  const parent = path.dirname(__dirname);
  return path.basename(parent) === 'dist' ? path.dirname(parent) : parent;
}
