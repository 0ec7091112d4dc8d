/**
 * Shows that chaos can fail: puts one defect after another into a copy of this package, and expects each to be caught.
 * `npm run chaos:mutants`, or `-- NAME` for those whose name holds NAME. Exits 1 where one gets away.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WORKFLOW_BUNDLE } from '../worker';
import { DEFECTS, type Defect } from './defects';

const ROOT = path.dirname(path.dirname(WORKFLOW_BUNDLE));
const MOST_SHOWN = 5;
const NOT_COPIED = ['node_modules', '.git', 'test', 'docs'];

function main(): void {
  const [wanted = ''] = process.argv.slice(2);
  const copy = mkdtempSync(path.join(tmpdir(), 'identity-center-mutants-'));
  try {
    cpSync(ROOT, copy, {
      recursive: true,
      filter: (source) => !NOT_COPIED.includes(path.relative(ROOT, source)),
    });
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
    const results = DEFECTS.filter(({ name }) => name.includes(wanted)).map((defect) => tryOut(defect, copy));
    console.table(results);
    process.exitCode = results.every(({ caught }) => caught) ? 0 : 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Builds one defect in, and runs its chaos. */
function tryOut({ name, file, replace, seed, minutes }: Defect, copy: string) {
  const began = Date.now();
  const target = path.join(copy, file);
  const sound = readFileSync(target, 'utf8');
  try {
    writeFileSync(target, replace.reduce(replaceOnce, sound));
    // A defect may be an error of the types as well; what counts is what is emitted.
    run(copy, [path.join('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json']);
    run(copy, [path.join('dist', 'worker', 'bundle.js')]);
    const chaos = path.join('dist', 'chaos', 'main.js');
    const { status, stdout } = run(copy, [chaos, '--seed', String(seed), '--minutes', String(minutes)]);
    const violations = stdout.split('\n').filter((line) => line.startsWith('VIOLATION'));
    const caught = status === 1 && violations.length > 0;
    const seconds = Math.round((Date.now() - began) / 1000);
    console.log(`${caught ? 'caught' : 'GOT AWAY'}: ${name} (${seconds} s)`);
    console.log(caught ? violations.slice(0, MOST_SHOWN).join('\n') : stdout.slice(-2_000));
    return { name, caught, shown: violations[0]?.slice(10, 120) ?? '', seconds };
  } finally {
    writeFileSync(target, sound);
  }
}

function replaceOnce(text: string, [from, to]: [string, string]): string {
  if (text.split(from).length !== 2)
    throw new Error(`${JSON.stringify(from)} does not stand there exactly once`);
  return text.replace(from, to);
}

function run(cwd: string, args: string[]) {
  return spawnSync(process.execPath, args, { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}

main();
