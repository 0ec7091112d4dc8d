import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { createProgram } from '../../command/program';
import { requestsOf } from '../support/manifest';
import { blocksOf, pageAt, pageNamed, PAGES, ROOT, type Page } from './pages';

const LINE = /^(npx )?identity-center\s+(.*)$/;

/** The command lines of a page: those of its shell blocks, and those in a sentence, but for what only names a verb. */
function commandLines(page: Page): string[] {
  const blocks = blocksOf(page, 'sh').flatMap((code) => code.replaceAll('\\\n', ' ').split('\n'));
  const inline = [...page.text.replaceAll(/^```.*?^```/gms, '').matchAll(/`([^`\n]+)`/g)].map(
    ([, it = '']) => it,
  );
  return [...blocks, ...inline.filter((it) => !/[<>…[\]]/.test(it))].flatMap((line) => {
    const [, , args] = LINE.exec(line.trim()) ?? [];
    return args === undefined || args.includes(' …') ? [] : [args];
  });
}

/** Splits a line as the shell does. */
function words(line: string): string[] {
  return execFileSync('bash', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);
}

/** Reads a command line with the program itself, and carries nothing out. */
async function parse(args: string[]): Promise<void> {
  const program = createProgram(() => undefined);
  for (const command of commandsOf(program)) {
    command.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
    if (command.commands.length === 0) command.action(() => undefined);
  }
  await program.parseAsync(args, { from: 'user' });
}

function commandsOf(command: Command): Command[] {
  return [command, ...command.commands.flatMap(commandsOf)];
}

test.each(PAGES.filter((page) => commandLines(page).length > 0))(
  'the command takes every line of $name',
  async (page) => {
    for (const line of commandLines(page)) {
      try {
        await parse(words(line));
      } catch (error) {
        throw new Error(`identity-center ${line}: ${String(error)}`, { cause: error });
      }
    }
  },
);

test('every manifest in the pages is read', () => {
  const manifests = ['README.md', 'docs/fleets.md'].flatMap((name) =>
    ['csv', 'yaml'].flatMap((ending) =>
      blocksOf(pageNamed(name), ending).map((content) => ({ ending, content })),
    ),
  );
  expect(manifests).toHaveLength(3);
  for (const { ending, content } of manifests) expect(requestsOf(`a.${ending}`, content)).toHaveLength(2);
});

describe('what is said to developers is there', () => {
  const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const files = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' }).split('\n');
  const inPages = (pattern: RegExp) =>
    [...PAGES, pageAt('CONTRIBUTING.md')].flatMap(({ name, text }) =>
      [...text.matchAll(pattern)].map(([, it = '']) => ({ name, it })),
    );

  test.each(inPages(/npm run ([\w:-]*\w)/g))('$name: npm run $it', ({ it }) => {
    expect(Object.keys(scripts)).toContain(it);
  });

  test.each(inPages(/npx jest ([\w/. -]*[\w/])/g))('$name: npx jest $it', ({ it }) => {
    const tests = files.filter((file) => file.endsWith('.test.ts'));
    for (const pattern of it.split(/ +/))
      expect([pattern, tests.some((file) => new RegExp(pattern).test(file))]).toEqual([pattern, true]);
  });

  test.each(inPages(/`((?:[\w.-]+\/)+[\w.-]+\.(?:ts|mjs))`/g))('$name: $it', ({ it }) => {
    expect(files.filter((file) => file === it || file.endsWith(`/${it}`))).not.toEqual([]);
  });
});

test('what is made from the code is that of the code', () => {
  execFileSync(process.execPath, [path.join(ROOT, 'docs', 'update.mjs'), '--check'], { stdio: 'pipe' });
  expect(pageNamed('docs/settings.md').text).toContain('IDENTITY_CENTER_ROLE_ARN');
});

describe('links', () => {
  const links = PAGES.flatMap(({ name, text }) =>
    [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? name : path.posix.join(path.posix.dirname(name), file);
      return { name, target, anchor };
    }),
  );

  test.each(links)('$name: $target $anchor is there', ({ target, anchor }) => {
    expect(existsSync(path.join(ROOT, target))).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(pageNamed(target))).toContain(anchor);
  });

  test('and lead to what is in the package', () => {
    const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
    const [{ files }] = JSON.parse(
      execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    ) as [{ files: { path: string }[] }];
    const packed = files.map((file) => file.path);
    const isPacked = (target: string) =>
      packed.some((file) => file === target || file.startsWith(`${target.replace(/\/$/, '')}/`));
    expect(links.map(({ target }) => target).filter((target) => !isPacked(target))).toEqual([]);
  });
});

/** The anchors of a page, as GitHub makes them of its headings. */
function anchorsOf({ text }: Page): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
}
