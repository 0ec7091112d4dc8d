import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 250;
// A lock whose owner died between making the folder and writing its process ID.
const UNSIGNED_MS = 5_000;

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
  for (let waited = false; !(await acquire(lock)); waited = true) {
    const owner = await ownerOf(lock);
    if (owner === 'dead') {
      await rm(lock, { recursive: true, force: true });
      continue;
    }
    if (!waited) onWait(owner);
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

async function acquire(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  await writeFile(join(lock, 'pid'), String(process.pid));
  return true;
}

async function ownerOf(lock: string): Promise<string> {
  try {
    const pid = Number(await readFile(join(lock, 'pid'), 'utf8'));
    if (pid > 0) return isAlive(pid) ? `process ${pid}` : 'dead';
  } catch {
    // Not signed yet.
  }
  const made = await stat(lock).catch(() => undefined);
  return made !== undefined && Date.now() - made.mtimeMs > UNSIGNED_MS ? 'dead' : 'another process';
}

/** Says whether a process of this machine is alive, whoever's it is. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
