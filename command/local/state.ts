import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import envPaths from 'env-paths';
import { z } from 'zod';

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
export function homeFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env['IDENTITY_CENTER_HOME'] ?? envPaths('identity-center-orchestrator', { suffix: '' }).data;
}

/** The running `up` of this user, if there is one. */
export function findLocalServer(env: NodeJS.ProcessEnv = process.env): LocalServer | undefined {
  try {
    const { data } = localServerSchema.safeParse(JSON.parse(readFileSync(stateFile(env), 'utf8')));
    return data !== undefined && isAlive(data.pid) ? data : undefined;
  } catch {
    return undefined;
  }
}

/** Lets the other verbs find a running `up`. */
export function announceLocalServer(server: LocalServer, env: NodeJS.ProcessEnv = process.env): void {
  mkdirSync(homeFolder(env), { recursive: true, mode: 0o700 });
  writeFileSync(stateFile(env), JSON.stringify(server), { mode: 0o600 });
}

/** Takes the announcement back. */
export function withdrawLocalServer(env: NodeJS.ProcessEnv = process.env): void {
  rmSync(stateFile(env), { force: true });
}

function stateFile(env: NodeJS.ProcessEnv): string {
  return path.join(homeFolder(env), 'up.json');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
