import { accessSync, constants, existsSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

const NAME = 'identity-center-orchestrator';

/** What can be got again, and what cannot. */
export type FolderKind = 'cache' | 'data';

/** By operating system and kind: the variable that names the folder of all programs, and where in the home folder it is. */
const PLACES: Partial<
  Record<NodeJS.Platform, Record<FolderKind, readonly [variable: string, inHome: string]>>
> = {
  darwin: { cache: ['', 'Library/Caches'], data: ['', 'Library/Application Support'] },
  win32: { cache: ['LOCALAPPDATA', 'AppData/Local'], data: ['LOCALAPPDATA', 'AppData/Local'] },
};
const ELSEWHERE = { cache: ['XDG_CACHE_HOME', '.cache'], data: ['XDG_DATA_HOME', '.local/share'] } as const;

/**
 * Finds where this project keeps what is the user's, in the place that the operating system has for it; nothing is made.
 * A user of a container may have no home folder, or one that cannot be written to: it is one in the folder for temporary
 * files then.
 */
export function userFolder(kind: FolderKind, env: NodeJS.ProcessEnv = process.env): string {
  const [variable, inHome] = (PLACES[process.platform] ?? ELSEWHERE)[kind];
  const home = homeOf(env);
  const named = env[variable];
  const places = [named, home === undefined ? undefined : join(home, inHome)];
  const ours = process.platform === 'win32' ? join(NAME, kind === 'cache' ? 'Cache' : 'Data') : NAME;
  for (const place of places) {
    if (place === undefined || !isAbsolute(place)) continue;
    const folder = join(place, ours);
    if (canBeUsed(folder)) return folder;
  }
  return join(temporaryFolder(), kind);
}

/**
 * Makes a folder that only its user may look into.
 *
 * @throws Error that names the folder
 */
export function makeUserFolder(folder: string): void {
  try {
    makeFolders(folder);
    accessSync(folder, constants.W_OK);
    requireOwn(folder);
  } catch (error) {
    throw new Error(
      `The folder ${folder} cannot be written to (${(error as NodeJS.ErrnoException).code ?? (error as Error).message}).`,
      { cause: error },
    );
  }
}

/** Makes a folder and those above it. Where no folder can be made, as in /proc, the way of Node.js's own never ends. */
function makeFolders(folder: string): void {
  if (isFolder(folder)) return;
  makeFolders(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!isFolder(folder)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Refuses a folder for temporary files that another user has made: what lies in it is run. @throws Error */
export function requireOwn(folder: string): void {
  if (process.getuid === undefined || !folder.startsWith(temporaryFolder())) return;
  if (lstatSync(temporaryFolder()).uid !== process.getuid())
    throw new Error(`${temporaryFolder()} is another user's`);
}

function temporaryFolder(): string {
  return join(tmpdir(), `${NAME}-${process.getuid?.() ?? 'user'}`);
}

/** A user without an entry in the list of users has no home folder, and asking for it throws. */
function homeOf(env: NodeJS.ProcessEnv): string | undefined {
  try {
    return env['HOME'] || homedir();
  } catch {
    return undefined;
  }
}

/** Whether a folder is there, or can be made. */
function canBeUsed(folder: string): boolean {
  if (existsSync(folder)) return true;
  try {
    for (let above = dirname(folder); ; above = dirname(above)) {
      if (!existsSync(above)) continue;
      accessSync(above, constants.W_OK);
      return statSync(above).isDirectory();
    }
  } catch {
    return false;
  }
}
