import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { requireOwn, userFolder } from './user-folder';

/** `.exe` where the operating system wants it. */
export const EXE = process.platform === 'win32' ? '.exe' : '';

/** How the names of the servers begin that the SDK downloads; what follows is the version of the SDK. */
export const SDK_PREFIX = 'temporal-sdk-';

const VERSIONED = /^temporal-\d/;
const INSTALL_PREFIX = 'install-';

/** The name in the cache of a binary whose version is known. */
export function cachedName(version: string): string {
  return `temporal-${version}${EXE}`;
}

/** Where this project keeps what it can get again, in the place that the operating system has for it. */
export function cacheFolder(): string {
  return userFolder('cache');
}

/** Where server binaries lie inside the cache folder. */
export function binFolder(cache: string): string {
  return join(cache, 'bin');
}

/**
 * The cached binaries, the one to prefer first: that of the newest SDK, as it is the server that goes with it, then the
 * others from the newest on. An older one serves too: what is cached needs no network.
 */
export async function binariesInCache(cache: string): Promise<string[]> {
  const names = await readdir(binFolder(cache)).catch(() => []);
  if (names.length > 0) requireOwn(cache);
  const newestFirst = (isWanted: (name: string) => boolean) =>
    names.filter(isWanted).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  const wanted = [
    ...newestFirst((file) => file.startsWith(SDK_PREFIX)),
    ...newestFirst((file) => VERSIONED.test(file)),
  ];
  return wanted.map((name) => join(binFolder(cache), name));
}

/** A binary that has just been got, and the name that the cache gives it. */
export interface GotBinary {
  path: string;
  name: string;
}

/**
 * Gives `get` an empty folder, and moves the binary that it leaves there into the cache. Nothing else stays, nor what an
 * earlier process left that was killed meanwhile. For one process at a time.
 *
 * @returns the path in the cache
 */
export async function installInCache(
  cache: string,
  get: (folder: string) => Promise<GotBinary>,
): Promise<string> {
  await removeAbandoned(cache);
  const folder = await mkdtemp(join(cache, INSTALL_PREFIX));
  try {
    const { path, name } = await get(folder);
    const target = join(binFolder(cache), name);
    await mkdir(binFolder(cache), { recursive: true });
    await chmod(path, 0o755);
    await rename(path, target);
    return target;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function removeAbandoned(cache: string): Promise<void> {
  const abandoned = (await readdir(cache)).filter((name) => name.startsWith(INSTALL_PREFIX));
  await Promise.all(abandoned.map((name) => rm(join(cache, name), { recursive: true, force: true })));
}
