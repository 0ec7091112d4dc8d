import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { binFolder, EXE } from './cache-folder';
import { runProgram } from './run-program';

// The newest that `go install` can build.
const VERSION = '1.5.1';
const MODULE = `github.com/temporalio/cli/cmd/temporal@v${VERSION}`;
const BUILD_PREFIX = 'build-';

/** The name in the cache of the binary that Go builds. */
export const BUILT_NAME = `temporal-${VERSION}${EXE}`;

/**
 * Builds the Temporal server with the Go that is on the PATH, into the cache folder; takes about three minutes.
 *
 * @returns the path of the binary
 * @throws Error saying why there is none
 */
export async function installWithGo(
  cache: string,
  env: NodeJS.ProcessEnv,
  onProgress: (line: string) => void,
): Promise<string> {
  const go = await runProgram('go', ['version'], { env });
  if (go.problem !== undefined) throw new Error(`Go is not installed (${go.problem})`);

  await removeAbandonedBuilds(cache);
  const folder = await mkdtemp(join(cache, BUILD_PREFIX));
  try {
    onProgress(`building the Temporal server: go install ${MODULE} (about three minutes, once)`);
    const { problem } = await runProgram('go', ['install', MODULE], {
      env: { ...env, GOBIN: folder },
      onLine: onProgress,
      onTick: (seconds) => {
        onProgress(`still building, ${seconds} s`);
        return undefined;
      },
    });
    if (problem !== undefined) throw new Error(`go install ${MODULE}: ${problem}`);
    const target = join(binFolder(cache), BUILT_NAME);
    await mkdir(binFolder(cache), { recursive: true });
    await rename(join(folder, `temporal${EXE}`), target);
    return target;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function removeAbandonedBuilds(cache: string): Promise<void> {
  const abandoned = (await readdir(cache)).filter((name) => name.startsWith(BUILD_PREFIX));
  await Promise.all(abandoned.map((name) => rm(join(cache, name), { recursive: true, force: true })));
}
