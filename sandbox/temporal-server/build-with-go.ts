import { join } from 'node:path';
import { cachedName, EXE, type GotBinary } from './binary-cache';
import { runProgram } from './run-program';

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
  const go = await runProgram('go', ['version'], { env });
  if (go.problem !== undefined) throw new Error(`Go is not installed (${go.problem})`);

  onProgress(`building the Temporal server: go install ${MODULE} (three to six minutes, once)`);
  const { problem } = await runProgram('go', ['install', MODULE], {
    env: { ...env, GOBIN: folder },
    onLine: onProgress,
    onTick: (seconds) => {
      onProgress(`still building, ${seconds} s`);
      return undefined;
    },
  });
  if (problem !== undefined) throw new Error(`go install ${MODULE}: ${problem}`);
  return { path: join(folder, `temporal${EXE}`), name: cachedName(VERSION) };
}
