import { join } from 'node:path';
import { cachedName, EXE, type GotBinary } from './binary-cache';
import { goInstall } from './go-install';

// The newest that `go install` can build.
const VERSION = '1.5.1';
const MODULE = `github.com/temporalio/cli/cmd/temporal@v${VERSION}`;

/**
 * Builds the Temporal server with the Go that is on the PATH, into `folder`; takes from three to six minutes.
 *
 * @throws Error saying why there is none
 */
export async function buildWithGo(
  folder: string,
  env: NodeJS.ProcessEnv,
  onProgress: (line: string) => void,
): Promise<GotBinary> {
  await goInstall(MODULE, 'three to six minutes', folder, env, onProgress);
  return { path: join(folder, `temporal${EXE}`), name: cachedName(VERSION) };
}
