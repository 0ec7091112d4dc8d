import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const packageSchema = z.object({ version: z.string() });

/** The version of this package. */
export function packageVersion(): string {
  const parent = path.dirname(__dirname);
  const root = path.basename(parent) === 'dist' ? path.dirname(parent) : parent;
  return packageSchema.parse(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))).version;
}
