import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  binFolder,
  cacheFolder,
  EXE,
  goInstall,
  GoMissingError,
  installInCache,
  makeUserFolder,
  requireOwn,
  withInstallLock,
} from '../temporal-server';
import { MissingProgramError } from './missing-program';

/** The server that a cluster runs. */
export const SERVER_VERSION = '1.32.1';
/** One of the minor version before it, from which it is upgraded. */
export const EARLIER_SERVER_VERSION = '1.31.2';
const UI_VERSION = '2.54.1';

/** How programs are found. */
export interface FindPrograms {
  /** Told, a line at a time, what is being done that takes long. */
  onProgress?: (line: string) => void;
  /** Environment whose PATH is searched for Go; default: that of this process. */
  env?: NodeJS.ProcessEnv;
  /** Default: `identity-center-orchestrator` in the user's cache folder. */
  cacheDir?: string;
}

/** A program that is built: its Go package, and the name that the cache gives it. */
interface Built {
  target: string;
  name: string;
  takes: string;
}

/** What a version of Temporal's server consists of: the server, and what makes its tables. */
export interface ServerPrograms {
  server: string;
  sqlTool: string;
}

function serverPrograms(version: string): Record<keyof ServerPrograms, Built> {
  return {
    server: {
      target: `go.temporal.io/server/cmd/server@v${version}`,
      name: `temporal-server-${version}${EXE}`,
      takes: 'four to fifteen minutes',
    },
    sqlTool: {
      target: `go.temporal.io/server/cmd/tools/sql@v${version}`,
      name: `temporal-sql-tool-${version}${EXE}`,
      takes: 'a minute, after the server',
    },
  };
}

const UI: Built = {
  target: `github.com/temporalio/ui-server/v2/cmd/server@v${UI_VERSION}`,
  name: `temporal-ui-server-${UI_VERSION}${EXE}`,
  takes: 'one to three minutes',
};

/** Whether a version of the server, and the UI, are in the cache: then nothing has to be built. */
export function isBuilt(version = SERVER_VERSION, cacheDir = cacheFolder()): boolean {
  return [...Object.values(serverPrograms(version)), UI].every(({ name }) =>
    existsSync(path.join(binFolder(cacheDir), name)),
  );
}

/**
 * The server of that version: from the cache, into which it is built where it is missing.
 *
 * @throws {@link MissingProgramError} without Go
 */
export async function findServerPrograms(
  version: string,
  options: FindPrograms = {},
): Promise<ServerPrograms> {
  const { server, sqlTool } = serverPrograms(version);
  return { server: await findProgram(server, options), sqlTool: await findProgram(sqlTool, options) };
}

/** The UI, likewise. */
export function findUiProgram(options: FindPrograms = {}): Promise<string> {
  return findProgram(UI, options);
}

async function findProgram({ target, name, takes }: Built, options: FindPrograms): Promise<string> {
  const { onProgress = () => undefined, env = process.env, cacheDir = cacheFolder() } = options;
  const cached = path.join(binFolder(cacheDir), name);
  if (existsSync(cached)) {
    requireOwn(cacheDir);
    return cached;
  }
  makeUserFolder(cacheDir);
  const onWait = (owner: string) => {
    onProgress(`waiting for ${owner}, which is installing`);
  };
  return withInstallLock(path.join(cacheDir, 'install.lock'), onWait, async () => {
    if (existsSync(cached)) return cached;
    try {
      return await installInCache(cacheDir, async (folder) => {
        await goInstall(target, takes, folder, env, onProgress);
        return { path: path.join(folder, commandName(target)), name };
      });
    } catch (error) {
      throw error instanceof GoMissingError ? new MissingProgramError('Go', env) : error;
    }
  });
}

/** The name that Go gives a command: the last folder of its package. */
function commandName(target: string): string {
  return `${path.posix.basename(target.replace(/@.*$/, ''))}${EXE}`;
}
