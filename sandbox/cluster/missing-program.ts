import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program that the cluster needs is not on this machine; the message has the command that installs it. */
export class MissingProgramError extends Error {
  override readonly name = 'MissingProgramError';

  constructor(
    readonly program: Program,
    env: NodeJS.ProcessEnv,
  ) {
    const { needed, commands, otherwise } = PROGRAMS[program];
    const found = Object.entries(commands).find(([installer]) => isOnPath(installer, env));
    super(
      `${program} is not installed, and the cluster needs it: ${needed}. ` +
        `Install it with: ${found?.[1] ?? otherwise}. ` +
        'Or set TEMPORAL_ADDRESS to a cluster of yours.',
    );
  }
}

/** The architecture of this machine, as Go calls it. */
const GO_ARCH = process.arch === 'x64' ? 'amd64' : process.arch;

const PROGRAMS = {
  Go: {
    needed: 'it builds the Temporal server, once',
    // Those of the distributions are too old for the server.
    commands: {
      brew: 'brew install go',
      tar: `curl -fsSL https://go.dev/dl/go1.26.8.linux-${GO_ARCH}.tar.gz | sudo tar -xzC /usr/local && export PATH=$PATH:/usr/local/go/bin`,
    },
    otherwise: 'what https://go.dev/dl has, version 1.26.8 or newer',
  },
  PostgreSQL: {
    needed: 'Temporal keeps its state in it',
    commands: {
      'apt-get': 'sudo apt-get install -y postgresql',
      dnf: 'sudo dnf install -y postgresql-server',
      apk: 'sudo apk add postgresql',
      pacman: 'sudo pacman -S postgresql',
      brew: 'brew install postgresql',
    },
    otherwise: 'what https://www.postgresql.org/download has',
  },
} as const;

type Program = keyof typeof PROGRAMS;

/** The folders of the PATH. */
export function pathFolders(env: NodeJS.ProcessEnv): string[] {
  return (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
}

function isOnPath(program: string, env: NodeJS.ProcessEnv): boolean {
  return pathFolders(env).some((folder) => existsSync(join(folder, program)));
}
