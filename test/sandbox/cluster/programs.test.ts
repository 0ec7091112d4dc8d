import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MissingProgramError } from '../../../sandbox/cluster';
import { findPostgres } from '../../../sandbox/cluster/postgres';
import { findServerPrograms, isBuilt } from '../../../sandbox/cluster/programs';

const GO = `
[ "$1" = version ] && exit 0
echo "$@" >> "\${0%/*}/go.log"
echo "go: downloading example" >&2
target="\${3%@*}"
echo built > "$GOBIN/\${target##*/}"
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cluster-programs-'));
  await mkdir(join(folder, 'path'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(name: string, text: string): Promise<void> {
  const file = join(folder, 'path', name);
  await writeFile(file, `#!/bin/sh\n${text}`);
  await chmod(file, 0o755);
}

const find = (onProgress: (line: string) => void = () => undefined) =>
  findServerPrograms('1.2.3', {
    env: { PATH: join(folder, 'path') },
    cacheDir: join(folder, 'cache'),
    onProgress,
  });

test('the server is built with Go once, into the cache, and its progress is told', async () => {
  await put('go', GO);
  const progress: string[] = [];
  const programs = await find((line) => progress.push(line));
  const bin = join(folder, 'cache', 'bin');
  expect(programs).toEqual({
    server: join(bin, 'temporal-server-1.2.3'),
    sqlTool: join(bin, 'temporal-sql-tool-1.2.3'),
  });
  expect((await readdir(bin)).sort()).toEqual(['temporal-server-1.2.3', 'temporal-sql-tool-1.2.3']);
  expect(progress[0]).toMatch(
    /^building: go install go\.temporal\.io\/server\/cmd\/server@v1\.2\.3 \(.*once\)$/,
  );
  expect(progress).toContain('go: downloading example');
  const built = await readFile(join(folder, 'path', 'go.log'), 'utf8');
  expect(await find()).toEqual(programs);
  expect(await readFile(join(folder, 'path', 'go.log'), 'utf8')).toBe(built);
  // The UI is not.
  expect(isBuilt('1.2.3', join(folder, 'cache'))).toBe(false);
});

test.each([
  ['tar', 'https://go.dev/dl/go1.26.8.linux-amd64.tar.gz'],
  ['brew', 'brew install go'],
])('without Go, where there is %s, it says what installs it', async (installer, command) => {
  await put(installer, '');
  const error: unknown = await find().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(MissingProgramError);
  expect(String(error)).toContain('Go is not installed, and the cluster needs it');
  expect(String(error)).toContain(command);
});

test('a build that fails says why', async () => {
  await put('go', '[ "$1" = version ] && exit 0\necho "go: requires go >= 1.26.8" >&2; exit 1');
  await expect(find()).rejects.toThrow('cmd/server@v1.2.3: go: requires go >= 1.26.8');
});

test.each([
  ['apt-get', 'sudo apt-get install -y postgresql'],
  ['dnf', 'sudo dnf install -y postgresql-server'],
  ['nothing', 'https://www.postgresql.org/download'],
])('without PostgreSQL, where there is %s, it says what installs it', async (installer, command) => {
  await put(installer, '');
  const look = () => findPostgres({ PATH: join(folder, 'path') }, join(folder, 'nowhere'));
  expect(look).toThrow(MissingProgramError);
  expect(look).toThrow(command);
});
