import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Emulator } from '../../sandbox';

/** How the folder of what was called reaches the test files. */
export const CALLS_VARIABLE = 'IDENTITY_CENTER_TEST_CALLS';

/** The sessions of a worker, by the names that it gives them: those of accounts, and the one that lists them. */
const SESSIONS = {
  role: /:assumed-role\/[^/]+\/identity-center-\d{12}$/,
  organization: /:assumed-role\/[^/]+\/identity-center-organization$/,
};

/** The actions of IAM that the calls of workers took, by whose policy allows them. */
export type TakenActions = Record<keyof typeof SESSIONS, string[]>;

/** The actions of IAM that the calls of workers took, in the sessions of accounts, by the log of an emulator. */
export function actionsOfWorkers(emulator: Emulator, of: keyof TakenActions = 'role'): string[] {
  const calls = emulator.calls().filter(({ caller }) => SESSIONS[of].test(caller));
  return distinct(calls.flatMap((call) => emulator.actionsOf(call)));
}

/** Keeps the actions of the workers of a harness for the end of the suite. */
export function keepActions(emulator: Emulator): void {
  const folder = process.env[CALLS_VARIABLE];
  if (folder === undefined) return;
  const taken: TakenActions = {
    role: actionsOfWorkers(emulator),
    organization: actionsOfWorkers(emulator, 'organization'),
  };
  writeFileSync(path.join(folder, `${randomUUID()}.json`), JSON.stringify(taken));
}

/** The actions of the whole suite. */
export function keptActions(folder: string): TakenActions {
  const files = readdirSync(folder).map((file) => readFileSync(path.join(folder, file), 'utf8'));
  const taken = files.map((text) => JSON.parse(text) as TakenActions);
  return {
    role: distinct(taken.flatMap(({ role }) => role)),
    organization: distinct(taken.flatMap(({ organization }) => organization)),
  };
}

function distinct(actions: readonly string[]): string[] {
  return [...new Set(actions)].sort();
}
