import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { userFolder } from '../../sandbox/temporal-server';
import { isFull } from '../support/full';

export const EXAMPLES = path.join(__dirname, '..', '..', 'examples');

/** A pipeline in a language: how it is made ready, and started. */
interface Language {
  /** The programs that it takes. */
  needs: readonly string[];
  /** Gets what it is made with from the registry of the language; where that cannot be reached, its tests are skipped. */
  fetch: (source: string, folder: string) => Command[];
  /** Builds it; what the compiler says is a failure. */
  build?: (source: string, folder: string) => Command[];
  /** Takes longer than a normal run of the tests may; see {@link isFull}. */
  takesMinutes?: true;
  /** Starts the pipeline, the caller of the Nexus service, or the receiver of announcements. */
  start: (folder: string) => Record<Program, string[]>;
}

type Command = readonly [string, ...string[]];

/** Of the examples of a language. */
export type Program = 'provision' | 'nexus' | 'webhook';

const LANGUAGES = {
  python: {
    needs: ['python3'],
    fetch: (source, folder) => [
      ['python3', '-m', 'venv', folder],
      [`${folder}/bin/pip`, 'install', '--quiet', '--requirement', `${source}/requirements.txt`],
    ],
    start: (folder) => ({
      provision: [`${folder}/bin/python`, path.join(EXAMPLES, 'python/provision.py')],
      nexus: [`${folder}/bin/python`, path.join(EXAMPLES, 'python/nexus_caller.py')],
      webhook: [`${folder}/bin/python`, path.join(EXAMPLES, 'python/webhook.py')],
    }),
  },
  go: {
    needs: ['go'],
    fetch: (source) => [['go', '-C', source, 'mod', 'download']],
    build: (source, folder) => [
      ['go', '-C', source, 'vet', './...'],
      ['go', '-C', source, 'build', '-o', `${folder}/`, './...'],
    ],
    takesMinutes: true,
    start: (folder) => ({
      provision: [`${folder}/provision`],
      nexus: [`${folder}/nexus`],
      webhook: [`${folder}/webhook`],
    }),
  },
  java: {
    needs: ['javac', 'mvn'],
    fetch: (source, folder) => [
      [
        'mvn',
        '--batch-mode',
        '--quiet',
        '--file',
        source,
        'dependency:copy-dependencies',
        `-DoutputDirectory=${folder}`,
      ],
    ],
    build: (source, folder) => [
      [
        'javac',
        '-Xlint:all,-classfile,-processing,-serial',
        '-Werror',
        '-cp',
        `${folder}/*`,
        '-d',
        folder,
        `${source}/src/main/java/Provision.java`,
        `${source}/src/main/java/NexusCaller.java`,
        `${source}/src/main/java/WebhookReceiver.java`,
      ],
    ],
    takesMinutes: true,
    start: (folder) => {
      const java = ['java', '-XX:TieredStopAtLevel=1', '-cp', `${folder}:${folder}/*`];
      return {
        provision: [...java, 'Provision'],
        nexus: [...java, 'NexusCaller'],
        webhook: [...java, 'WebhookReceiver'],
      };
    },
  },
} as const satisfies Record<string, Language>;

export type LanguageName = keyof typeof LANGUAGES;

/**
 * Makes the example of a language ready, in the user's cache folder, once for each state of its files; returns what starts it,
 * or `undefined` where it cannot be had here: without the language, or its registry, or in a run that may not take minutes.
 *
 * @throws Error where it does not build
 */
export function prepareExample(
  name: LanguageName,
  program: Program = 'provision',
  mayTakeMinutes = isFull,
): string[] | undefined {
  const language: Language = LANGUAGES[name];
  const source = path.join(EXAMPLES, name);
  const folder = path.join(userFolder('cache'), 'examples', `${name}-${hashOf(source)}`);
  if (!existsSync(folder)) {
    if (language.takesMinutes && !mayTakeMinutes) return undefined;
    if (!language.needs.every(isInstalled)) return undefined;
    // Two test files may make the same at the same time, and virtual environments cannot be moved, as they know where they
    // are: so each makes its own, and what it is looked for under leads to the first that is complete.
    const making = `${folder}.${process.pid}`;
    mkdirSync(making, { recursive: true });
    const problem = run(language.fetch(source, making));
    const broken = problem ?? run(language.build?.(source, making) ?? []);
    if (broken !== undefined) rmSync(making, { recursive: true });
    if (problem !== undefined) return undefined;
    if (broken !== undefined) throw new Error(`examples/${name} does not build:\n${broken}`);
    linkFirst(making, folder);
  }
  return language.start(folder)[program];
}

function linkFirst(made: string, link: string): void {
  try {
    symlinkSync(made, link, 'junction');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    rmSync(made, { recursive: true });
  }
}

function isInstalled(program: string): boolean {
  return spawnSync('which', [program]).status === 0;
}

/** Runs commands one after the other; what the first that failed has said. */
function run(commands: readonly Command[]): string | undefined {
  for (const [file, ...args] of commands) {
    const { status, stdout, stderr, error } = spawnSync(file, args, { encoding: 'utf8' });
    if (status !== 0) return `${file} ${args.join(' ')}\n${error?.message ?? `${stdout}${stderr}`}`;
  }
  return undefined;
}

function hashOf(folder: string): string {
  const hash = createHash('sha256');
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile())
      hash.update(`${entry.name}\0`).update(readFileSync(path.join(entry.parentPath, entry.name)));
  return hash.digest('hex').slice(0, 16);
}
