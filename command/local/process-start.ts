import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Says when a process started, in words that mean something to the operating system only: they tell it from a later one
 * with the same process ID. `undefined` where it cannot be told.
 */
export function processStart(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux')
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // The name of the program, in brackets, may have spaces and brackets; the time of the start is the 22nd field.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return `${boot} ${fields[19]}`;
  } catch {
    return undefined;
  }
}
