import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Emulator } from '../../sandbox';

/** How the folder of what was called reaches the test files. */
export const CALLS_VARIABLE = 'IDENTITY_CENTER_TEST_CALLS';

/** The sessions of a worker, by the name that it gives them. */
const WORKER_SESSION = /:assumed-role\/[^/]+\/identity-center-\d{12}$/;

/** The actions of IAM that the calls of workers took, in the sessions of accounts, by the log of an emulator. */
export function actionsOfWorkers(emulator: Emulator): string[] {
  const calls = emulator.calls().filter(({ caller }) => WORKER_SESSION.test(caller));
  return distinct(calls.flatMap(({ operation }) => emulator.actionsOf(operation)));
}

/** Keeps the actions of the workers of a harness for the end of the suite. */
export function keepActions(emulator: Emulator): void {
  const folder = process.env[CALLS_VARIABLE];
  if (folder === undefined) return;
  writeFileSync(path.join(folder, `${randomUUID()}.json`), JSON.stringify(actionsOfWorkers(emulator)));
}

/** The actions of the whole suite. */
export function keptActions(folder: string): string[] {
  const files = readdirSync(folder).map((file) => readFileSync(path.join(folder, file), 'utf8'));
  return distinct(files.flatMap((text) => JSON.parse(text) as string[]));
}

function distinct(actions: readonly string[]): string[] {
  return [...new Set(actions)].sort();
}
