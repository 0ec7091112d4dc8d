import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 250;
/** What the operating systems say of a folder that is to take the place of one with a file in it. */
const HELD = ['EEXIST', 'ENOTEMPTY', ...(process.platform === 'win32' ? ['EPERM'] : [])];

/**
 * Runs `work` while no other process on this machine does; a lock left by a dead process is taken over. Should two
 * processes take over at the same moment, both work: `work` must be safe then, if wasteful.
 *
 * @param onWait called once where another process has to be waited for
 */
export async function withInstallLock<T>(
  lock: string,
  onWait: (owner: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(dirname(lock), { recursive: true });
  let waited = false;
  while (!(await acquire(lock))) {
    const owner = await ownerOf(lock);
    if (owner === 'dead') await rm(lock, { recursive: true, force: true });
    if (typeof owner === 'number' && !waited) {
      waited = true;
      onWait(`process ${owner}`);
    }
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

// The folder gets its name with the process ID in it: no other process meets a lock that nobody has signed. Another
// one's lock is a folder with a file in it, which no folder takes the place of.
async function acquire(lock: string): Promise<boolean> {
  const signed = await mkdtemp(`${lock}-`);
  try {
    await writeFile(join(signed, 'pid'), String(process.pid));
    await rename(signed, lock);
    return true;
  } catch (error) {
    await rm(signed, { recursive: true, force: true });
    if (HELD.includes(codeOf(error))) return false;
    throw error;
  }
}

/** The process that holds the lock, if it lives, or `gone` where the lock was given back since. */
async function ownerOf(lock: string): Promise<number | 'dead' | 'gone'> {
  const text = await readFile(join(lock, 'pid'), 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return 'gone';
  const pid = Number(text);
  return pid > 0 && isAlive(pid) ? pid : 'dead';
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code);
}

/** Says whether a process of this machine is alive, whoever's it is. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
