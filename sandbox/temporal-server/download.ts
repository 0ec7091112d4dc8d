import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SDK_PREFIX, type GotBinary } from './binary-cache';
import { runProgram } from './run-program';

const STUCK_SECONDS = 30;

// In a process of its own: the SDK's native runtime would else be set up here, and a worker in this process could no
// longer choose its own. Starting and ending a server is the SDK's only way to have the download done.
const SCRIPT = `
  const { TestWorkflowEnvironment } = require(process.argv[1]);
  const executable = { type: 'cached-download', downloadDir: process.argv[2] };
  TestWorkflowEnvironment.createLocal({ server: { executable, log: { format: 'json', level: 'error' } } })
    .then((env) => env.teardown())
    .catch((error) => {
      console.error(error.message.split('\\n', 1)[0]);
      process.exitCode = 1;
    });
`;

/**
 * Has the Temporal SDK download the server that goes with it into `folder`. Ends a download that stands still.
 *
 * @throws Error saying why there is none
 */
export async function downloadTemporal(
  folder: string,
  env: NodeJS.ProcessEnv,
  onProgress: (line: string) => void,
): Promise<GotBinary> {
  onProgress('downloading the Temporal server');
  const progress = { bytes: -1, since: 0 };
  const { problem } = await runProgram(
    process.execPath,
    ['-e', SCRIPT, require.resolve('@temporalio/testing'), folder],
    {
      env: { ...env, NODE_OPTIONS: '' },
      onTick: (seconds) => {
        void sizeOf(folder).then((bytes) => {
          if (bytes > progress.bytes) Object.assign(progress, { bytes, since: seconds });
          onProgress(`still downloading, ${Math.round(bytes / 1e6)} MB, ${seconds} s`);
        });
        return seconds - progress.since >= STUCK_SECONDS
          ? `nothing arrived for ${STUCK_SECONDS} s`
          : undefined;
      },
    },
  );
  const names = await readdir(folder);
  const name = names.find((file) => file.startsWith(SDK_PREFIX) && !file.endsWith('.downloading'));
  if (name === undefined) throw new Error(problem ?? 'the SDK left no server behind');
  return { path: join(folder, name), name };
}

async function sizeOf(folder: string): Promise<number> {
  const sizes = (await readdir(folder)).map((name) =>
    stat(join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
