import { join } from 'node:path';
import envPaths from 'env-paths';

/** Where this project keeps what it can get again, in the place that the operating system has for it. */
export function cacheFolder(): string {
  return envPaths('identity-center-orchestrator', { suffix: '' }).cache;
}

/** Where server binaries lie inside the cache folder. */
export function binFolder(cache: string): string {
  return join(cache, 'bin');
}

/** `.exe` where the operating system wants it. */
export const EXE = process.platform === 'win32' ? '.exe' : '';
