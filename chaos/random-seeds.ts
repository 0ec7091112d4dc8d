import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WORKFLOW_BUNDLE } from '../worker';
import { EXIT } from './verdict';

const MAIN = path.join(path.dirname(WORKFLOW_BUNDLE), 'chaos', 'main.js');
/** A run that takes so much longer than its plan hangs. */
const PATIENCE_MS = 15 * 60_000;
const MOST_LINES = 12;

/**
 * Tries one seed after another, each in a process of its own, and prints the verdict on each.
 *
 * @param flags what else each is tried with
 * @returns the exit code of all
 */
export async function tryRandomSeeds(
  seeds: readonly number[],
  minutes: number,
  flags: readonly string[],
): Promise<number> {
  const codes: (number | null)[] = [];
  for (const seed of seeds) {
    const began = Date.now();
    const args = ['--seed', String(seed), '--minutes', String(minutes), ...flags];
    const { code, output } = await run(args, minutes * 60_000 + PATIENCE_MS);
    codes.push(code);
    console.log(`seed ${seed}: ${verdict(code)} (${Math.round((Date.now() - began) / 1000)} s)`);
    if (code === EXIT.kept) continue;
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'chaos-')), `seed-${seed}.log`);
    writeFileSync(file, output);
    console.log(
      `${excerpt(output)}\n  with the timelines: ${file}\n  again: npm run chaos -- ${args.join(' ')}`,
    );
  }
  const bad = codes.filter((code) => code !== EXIT.kept);
  console.log(`${codes.length} seeds, ${bad.length} of them with a broken promise or without a verdict`);
  if (bad.length === 0) return EXIT.kept;
  return bad.includes(EXIT.broken) ? EXIT.broken : EXIT.noVerdict;
}

async function run(args: string[], timeout: number): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout,
    killSignal: 'SIGTERM',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child, 'close');
  return { code: child.exitCode, output };
}

function verdict(code: number | null): string {
  if (code === EXIT.kept) return 'every promise was kept';
  return code === EXIT.broken ? 'A PROMISE WAS BROKEN' : `NO VERDICT (it ended with ${code ?? 'a signal'})`;
}

/** The lines that matter: what was broken, or else the last. */
function excerpt(output: string): string {
  const lines = output.trimEnd().split('\n');
  const violations = lines.filter((line) => line.startsWith('VIOLATION'));
  const shown = violations.length > 0 ? violations.slice(0, MOST_LINES) : lines.slice(-MOST_LINES);
  return shown.map((line) => `  ${line}`).join('\n');
}
