import { accessSync, constants, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import envPaths from 'env-paths';
import { z } from 'zod';
import { isAlive } from '../../sandbox/temporal-server';
import { UsageError } from '../errors';

const localServerSchema = z.object({
  /** The process of `up`. */
  pid: z.number().int().positive(),
  temporalAddress: z.string(),
  uiUrl: z.string().optional(),
  emulatorUrl: z.string(),
});

/** What a running `identity-center up` tells the other verbs. */
export type LocalServer = z.infer<typeof localServerSchema>;

/** Folder of what `up` keeps: `IDENTITY_CENTER_HOME`, else the user's data folder. */
export function homeFolder(): string {
  return process.env['IDENTITY_CENTER_HOME'] ?? envPaths('identity-center-orchestrator', { suffix: '' }).data;
}

/** Makes the folder of what `up` keeps. @throws UsageError where it cannot be written to */
export function makeHomeFolder(): string {
  const folder = homeFolder();
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
    return folder;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `${folder} cannot be written to (${code ?? message}). Set IDENTITY_CENTER_HOME to a folder of yours.`,
    );
  }
}

/** The running `up` of this user, if there is one. */
export function findLocalServer(): LocalServer | undefined {
  try {
    const { data } = localServerSchema.safeParse(JSON.parse(readFileSync(stateFile(), 'utf8')));
    return data !== undefined && isAlive(data.pid) ? data : undefined;
  } catch {
    return undefined;
  }
}

/** Lets the other verbs find a running `up`. */
export function announceLocalServer(server: LocalServer): void {
  makeHomeFolder();
  writeFileSync(stateFile(), JSON.stringify(server), { mode: 0o600 });
}

/** Takes the announcement back. */
export function withdrawLocalServer(): void {
  rmSync(stateFile(), { force: true });
}

function stateFile(): string {
  return path.join(homeFolder(), 'up.json');
}
