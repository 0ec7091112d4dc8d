import { runProgram } from './run-program';

const GO_MISSING = 'ENOENT';

/** Go, which builds what nobody offers ready-made, is not on the PATH. */
export class GoMissingError extends Error {
  override readonly name = 'GoMissingError';
}

/**
 * Builds a command of a Go module with the Go that is on the PATH, into `folder`.
 *
 * @param target the package with its version, such as `example.com/tool@v1.2.3`
 * @param takes how long, as people say it
 * @throws {@link GoMissingError}, or Error saying why it cannot be built
 */
export async function goInstall(
  target: string,
  takes: string,
  folder: string,
  env: NodeJS.ProcessEnv,
  onProgress: (line: string) => void,
): Promise<void> {
  const go = await runProgram('go', ['version'], { env });
  if (go.problem !== undefined) {
    const reason = go.problem.includes(GO_MISSING) ? 'there is no "go" on the PATH' : go.problem;
    throw new GoMissingError(`Go is not installed (${reason})`);
  }
  onProgress(`building: go install ${target} (${takes}, once)`);
  // Without what only a debugger reads: a third of the size.
  const { problem } = await runProgram('go', ['install', '-ldflags=-s -w', target], {
    env: { ...env, GOBIN: folder },
    onLine: onProgress,
    onTick: (seconds) => {
      onProgress(`still building, ${seconds} s`);
      return undefined;
    },
  });
  if (problem !== undefined) throw new Error(`go install ${target}: ${problem}`);
}
