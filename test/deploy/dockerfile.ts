import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** What an image is started with. */
export interface Image {
  /** The folder that stands for its root. */
  root: string;
  workdir: string;
  env: Record<string, string>;
  user: string | undefined;
  healthcheck: string[];
  command: string[];
}

/**
 * Carries out the steps of a Dockerfile in folders, one a stage, as there need not be a Docker engine: `COPY` copies, and
 * `RUN` runs on this machine, in place of the base image. What it does not know it refuses.
 */
export function carryOut(context: string, folder: string): Image {
  const stages = new Map<string, Image>();
  let image = emptyImage('');
  for (const [step, rest] of stepsOf(path.join(context, 'Dockerfile'))) {
    const words = rest.split(/\s+/);
    const at = (target: string) => path.join(image.root, path.posix.resolve(image.workdir, target));
    switch (step) {
      case 'ARG':
      case 'EXPOSE':
        break;
      case 'FROM': {
        const [, , name = 'last'] = words;
        image = emptyImage(path.join(folder, name));
        stages.set(name, image);
        break;
      }
      case 'WORKDIR':
        image.workdir = rest;
        mkdirSync(at('.'), { recursive: true });
        break;
      case 'ENV':
        for (const [, name = '', value = ''] of rest.matchAll(/(\w+)=(\S+)/g)) image.env[name] = value;
        break;
      case 'USER':
        image.user = rest;
        break;
      case 'COPY': {
        const from = /^--from=(\w+)$/.exec(words[0] ?? '')?.[1];
        const files = from === undefined ? words : words.slice(1);
        const target = files.pop() ?? '';
        for (const file of files) copy(from, file, target, files.length > 1 || target.endsWith('/'));
        break;
      }
      case 'RUN':
        execFileSync('sh', ['-c', rest], { cwd: at('.'), stdio: 'pipe', env: cleanEnvironment(image.env) });
        break;
      case 'HEALTHCHECK':
        image.healthcheck = JSON.parse(rest.slice(rest.indexOf('CMD') + 'CMD'.length)) as string[];
        break;
      case 'ENTRYPOINT':
      case 'CMD':
        image.command.push(...(JSON.parse(rest) as string[]));
        break;
      default:
        throw new Error(`the Dockerfile has a step that this does not know: ${step}`);
    }

    function copy(from: string | undefined, file: string, target: string, intoFolder: boolean): void {
      const to = intoFolder && file !== '.' ? path.join(at(target), path.basename(file)) : at(target);
      const sources =
        from === undefined ? (file === '.' ? inContext(context) : [file]) : [path.posix.relative('/', file)];
      const source = from === undefined ? context : stages.get(from)!.root;
      for (const it of sources)
        cpSync(path.join(source, it), file === '.' ? path.join(to, it) : to, { recursive: true });
    }
  }
  chmodSync(folder, 0o755);
  return image;
}

function emptyImage(root: string): Image {
  return { root, workdir: '/', env: {}, user: undefined, healthcheck: [], command: [] };
}

/** The steps, each on one line, without comments. */
function stepsOf(dockerfile: string): [step: string, rest: string][] {
  return readFileSync(dockerfile, 'utf8')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [step = ''] = line.split(' ');
      return [step, line.slice(step.length).trim()];
    });
}

/** What .dockerignore lets into the context: it ignores all, and then names what it does not. */
function inContext(context: string): string[] {
  const [first, ...others] = readFileSync(path.join(context, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (first !== '*' || !others.every((line) => line.startsWith('!')))
    throw new Error('.dockerignore is to ignore "*", and then to name what is taken, each with "!"');
  return others.map((line) => line.slice(1)).filter((file) => existsSync(path.join(context, file)));
}

/** An image knows nothing of what is set here. */
export function cleanEnvironment(env: Record<string, string>): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env;
  return { PATH, HOME, ...env };
}
