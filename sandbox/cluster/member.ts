import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Part, type PartPlan } from './part';
import type { PartName } from './parts';

/** A process of the cluster, to which things can be done. */
export interface PartProcess {
  /** While it runs. */
  readonly pid: number | undefined;
  start(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** What a process that is built from Go is started with, beside its configuration. */
export interface GoProgram {
  file: string;
  args: readonly string[];
}

/**
 * Makes a process of one of the programs that are built, which is not started yet.
 *
 * @param program said at each start: it may be another version by then
 */
export function goProcess(
  name: PartName,
  folder: string,
  program: () => GoProgram,
  isReady: () => Promise<boolean>,
  onEnded: () => void,
): PartProcess {
  const part = new Part(name, onEnded);
  return {
    get pid() {
      return part.pid;
    },
    async start() {
      const plan: PartPlan = {
        ...program(),
        // Nothing of the environment: it may name another server, and Go wants these two.
        env: { USER: 'identity-center', HOME: folder },
        logFile: path.join(folder, `${name}.log`),
        isReady,
      };
      await part.start(plan);
    },
    stop: () => part.end('SIGTERM'),
    kill: () => part.end('SIGKILL'),
  };
}

/** Writes a configuration file of the cluster, which may hold the password of its database. @returns its path */
export function writeConfiguration(folder: string, name: string, text: string): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}
