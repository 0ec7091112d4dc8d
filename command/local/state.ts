import { constants, copyFileSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { isAlive, makeUserFolder, requireOwn, userFolder } from '../../sandbox/temporal-server';
import { UsageError } from '../errors';
import { processStart } from './process-start';

/** The process of an `up`. The process ID may be another's by now: only together with the start it is the same. */
const ownerSchema = z.object({ pid: z.number().int().positive(), started: z.string().optional() });

const localServerSchema = z.object({
  pid: z.number().int().positive(),
  temporalAddress: z.string(),
  namespace: z.string(),
  taskQueue: z.string(),
  uiUrl: z.string().optional(),
  /** Of a server that this `up` started. */
  nexusEndpoint: z.string().optional(),
  emulatorUrl: z.string(),
  dataFolder: z.string(),
});

/** What a running `identity-center up` tells the other verbs. */
export type LocalServer = z.infer<typeof localServerSchema>;

/** Folder of what `up` keeps: `IDENTITY_CENTER_HOME`, else the user's data folder. */
export function homeFolder(): string {
  return process.env['IDENTITY_CENTER_HOME'] ?? userFolder('data');
}

/** Makes the folder of what `up` keeps. @throws UsageError where it cannot be written to */
function makeHomeFolder(): void {
  try {
    makeUserFolder(homeFolder());
  } catch (error) {
    throw new UsageError(`${(error as Error).message} Set IDENTITY_CENTER_HOME to a folder of yours.`);
  }
}

/** The running `up` of this user, if there is one. What an `up` left that was killed, or cannot be read, is none. */
export function findLocalServer(): LocalServer | undefined {
  const state = readState();
  const { data } = localServerSchema.safeParse(state);
  return data !== undefined && isOwnerAlive(state) ? data : undefined;
}

/**
 * Claims the folder of `up` for this process: two with one database would break it.
 *
 * @throws UsageError where another `up` has it, or it cannot be written to
 */
export function claimHome(): void {
  makeHomeFolder();
  const claim = `${stateFile()}.${process.pid}`;
  try {
    writeFileSync(claim, JSON.stringify(owner()), { mode: 0o600 });
    for (;;) {
      if (takes(claim)) return;
      const state = readState();
      if (isOwnerAlive(state)) throw alreadyUp(state);
      // Whoever moves it away is the only one to remove it: another may have claimed the folder meanwhile.
      const stale = `${claim}.stale`;
      renameSync(stateFile(), stale);
      const moved = readJson(stale);
      if (isOwnerAlive(moved)) {
        renameSync(stale, stateFile());
        throw alreadyUp(moved);
      }
      rmSync(stale, { recursive: true, force: true });
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      `${stateFile()} cannot be written: ${(error as Error).message}. Remove it, or set IDENTITY_CENTER_HOME to a folder of your own.`,
    );
  } finally {
    rmSync(claim, { force: true });
  }
}

/** Makes the claim the state, unless there is one. */
function takes(claim: string): boolean {
  try {
    linkSync(claim, stateFile());
    return true;
  } catch (error) {
    if (isThere(error)) return false;
  }
  // A file system without links: for a moment, the copy has nothing in it.
  try {
    copyFileSync(claim, stateFile(), constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (isThere(error)) return false;
    throw error;
  }
}

function isThere(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EEXIST';
}

/** Lets the other verbs find this `up`, which has claimed the folder. */
export function announceLocalServer(server: LocalServer): void {
  // In one step: nobody reads half of it.
  const announcement = `${stateFile()}.${process.pid}`;
  writeFileSync(announcement, JSON.stringify({ ...server, ...owner() }), { mode: 0o600 });
  renameSync(announcement, stateFile());
}

/** Takes claim and announcement back. */
export function withdrawLocalServer(): void {
  rmSync(stateFile(), { force: true });
}

function owner() {
  return { pid: process.pid, started: processStart(process.pid) };
}

function isOwnerAlive(state: unknown): boolean {
  const { data } = ownerSchema.safeParse(state);
  return data !== undefined && isAlive(data.pid) && processStart(data.pid) === data.started;
}

function alreadyUp(state: unknown): UsageError {
  const { data: server } = localServerSchema.safeParse(state);
  const { data } = ownerSchema.safeParse(state);
  const where =
    server === undefined
      ? 'it is starting'
      : `Temporal at ${server.temporalAddress}${server.uiUrl ? `, UI at ${server.uiUrl}` : ''}, emulator at ${server.emulatorUrl}`;
  return new UsageError(`Already up, as process ${data?.pid}: ${where}.`);
}

function readState(): unknown {
  return readJson(stateFile());
}

function readJson(file: string): unknown {
  try {
    requireOwn(homeFolder());
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function stateFile(): string {
  return path.join(homeFolder(), 'up.json');
}
