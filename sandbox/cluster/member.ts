import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { accepts } from '../temporal-server';
import type { Place } from './addresses';
import { serverConfiguration, uiConfiguration, type DatabaseAccess } from './configuration';
import { Part, type PartPlan } from './part';
import { MEMBERS, type MemberName, type PartName } from './parts';
import { serves } from './readiness';
import type { ClusterSecurity } from './security';

/** A process of the cluster, to which things can be done. */
export interface PartProcess {
  /** While it runs. */
  readonly pid: number | undefined;
  start(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** What the processes of a cluster have in common. */
export interface Surroundings {
  folder: string;
  places: Readonly<Record<PartName, Place>>;
  /** Told where one ends and nobody has asked for that. */
  onEnded?: ((name: PartName) => void) | undefined;
  /** Default: none, whoever comes may do anything. */
  security?: ClusterSecurity | undefined;
}

/**
 * Makes a process of Temporal's server, which is not started yet.
 *
 * @param server says its program, at each start: it may be another version by then
 */
export function memberProcess(
  name: MemberName,
  around: Surroundings,
  database: DatabaseAccess,
  dynamicConfigFile: string,
  server: () => string,
): PartProcess {
  const { folder, places, security } = around;
  const text = serverConfiguration(name, places, database, dynamicConfigFile, security);
  const file = writeConfiguration(folder, `${name}.yaml`, text);
  const isSecured = security !== undefined && name === 'frontend';
  const args = [
    ...['--config-file', file, ...(security === undefined ? ['--allow-no-auth'] : [])],
    ...['start', '--service', MEMBERS[name], ...(isSecured ? ['--service', 'internal-frontend'] : [])],
  ];
  const access = isSecured ? security.access : undefined;
  return goProcess(name, around, () => ({
    file: server(),
    args,
    isReady: () => serves(places[name], access),
  }));
}

/** Makes the process of Temporal's UI, likewise. */
export function uiProcess(around: Surroundings, file: string): PartProcess {
  const { folder, places } = around;
  writeConfiguration(folder, path.join('ui', 'base.yaml'), uiConfiguration(places));
  const args = ['--root', folder, '--config', 'ui', '--env', 'base', 'start'];
  const { port, host } = places.ui;
  return goProcess('ui', around, () => ({ file, args, isReady: () => accepts(port, host) }));
}

function goProcess(
  name: PartName,
  { folder, onEnded }: Surroundings,
  plan: () => Pick<PartPlan, 'file' | 'args' | 'isReady'>,
): PartProcess {
  const part = new Part(name, () => onEnded?.(name));
  return {
    get pid() {
      return part.pid;
    },
    start: () =>
      part.start({
        ...plan(),
        // Nothing of the environment: it may name another server, and Go wants these two.
        env: { USER: 'identity-center', HOME: folder },
        logFile: path.join(folder, `${name}.log`),
      }),
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
