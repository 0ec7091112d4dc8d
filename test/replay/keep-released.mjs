// Keeps the recorded histories of the version that is released, for every later version to replay: `npm run release-histories`.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const HISTORIES = join(ROOT, 'test', 'histories');

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const kept = join(HISTORIES, version);
if (existsSync(kept)) {
  console.error(`The histories of ${version} are kept already, in ${kept}. They are never recorded anew.`);
  process.exit(1);
}
const recorded = readdirSync(HISTORIES).filter((name) => name.endsWith('.json'));
mkdirSync(kept);
for (const name of recorded) copyFileSync(join(HISTORIES, name), join(kept, name));
console.log(`${recorded.length} histories of ${version} are kept in ${kept}.`);
