import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../docs/pages';
import { isFull } from '../support/full';
import { temporalAddress } from '../support/temporal';
import { compileTo } from '../examples/compile';
import { startEmptyProject, type EmptyProject } from './empty-project';

const NAME = 'identity-center-orchestrator';

/** An entry point, and what whoever imports it counts on. */
const ENTRIES: Record<string, string[]> = {
  '.': ['IdentityCenterClient', 'RunFailedError', 'clientToken', 'workflowIdOf'],
  './manifest': ['readManifest'],
  './nexus': ['identityCenterService'],
  './pipelines': ['requestFromEvent', 'startFromEvent'],
  './pipelines/queue': ['consumeQueue', 'openQueue'],
  './worker': ['IdentityCenterPlugin', 'createServiceHandler', 'createWorker', 'readWorkerSettings', 'serve'],
  './workflows': ['provisionFleet', 'provisionIdentityCenter', 'deprovisionIdentityCenter'],
  './workflows/interceptors': ['interceptors'],
  './workflows/payload-converter': ['payloadConverter'],
  './activities': ['createActivities', 'realDependencies'],
  './testing': ['emulatorSettings', 'startEmulator'],
};
const LOADED = Object.entries(ENTRIES);
const nameOf = (entry: string) => path.posix.join(NAME, entry);

/** What Node.js there is to try, by its major version. */
function nodes(): [major: string, program: string][] {
  const script = `import { findNode } from './test/support/node-version.mjs';
    console.log(JSON.stringify(['20', '22', '24'].map((major) => [major, findNode(major)])));`;
  const args = ['--input-type=module', '-e', script];
  const { stdout } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  return (JSON.parse(stdout) as [string, string | null][]).flatMap(([major, program]) =>
    program === null ? [] : [[major, program]],
  );
}

test('every entry point is tried here', () => {
  const { exports } = packageJson();
  const others = ['./schemas/*', './package.json'];
  expect(
    Object.keys(exports)
      .filter((entry) => !others.includes(entry))
      .sort(),
  ).toEqual(Object.keys(ENTRIES).sort());
});

test('no script runs when the package is installed', () => {
  const hooks = Object.keys(packageJson().scripts).filter((name) =>
    /^(?:pre|post)?install$|^prepare$/.test(name),
  );
  expect(hooks).toEqual([]);
});

function packageJson() {
  return JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    exports: Record<string, unknown>;
    scripts: Record<string, string>;
    devDependencies: Record<string, string>;
    dependencies: Record<string, string>;
  };
}

// Packing and installing take a minute.
(isFull ? describe : describe.skip)('in an empty project', () => {
  let project: EmptyProject;

  beforeAll(() => {
    project = startEmptyProject();
    const lines = LOADED.map(
      ([entry, names], index) =>
        `import { ${names.map((it) => `${it} as ${it}${index}`).join(', ')} } from '${nameOf(entry)}';`,
    );
    project.write(
      'names.mjs',
      `${lines.join('\n')}\nconsole.log(typeof ${LOADED.map(([, names], index) => `${names[0]}${index}`).join(', typeof ')});`,
    );
    project.write(
      'names.cjs',
      LOADED.map(
        ([entry, names]) =>
          `for (const name of ${JSON.stringify(names)}) if (require('${nameOf(entry)}')[name] === undefined) throw new Error('${entry} has no ' + name);`,
      ).join('\n'),
    );
    for (const file of ['workflows.ts', 'all-workflows.ts', 'emulator.test.mts', 'plugin.mts'])
      compileTo(path.join(project.folder, 'examples'), `library/${file}`);
    project.write('examples/library/package.json', JSON.stringify({ type: 'module' }));
  }, 600_000);
  afterAll(() => {
    project.remove();
  });

  test('the tools of development do not come along', () => {
    const { dependencies, devDependencies } = packageJson();
    const installed = readdirSync(path.join(project.folder, 'node_modules'));
    const tools = Object.keys(devDependencies).filter((it) => !it.startsWith('@') && !(it in dependencies));
    // Dependencies of the SDK's own.
    expect(
      tools.filter((it) => installed.includes(it) && !['protobufjs', 'ajv', 'ajv-formats'].includes(it)),
    ).toEqual([]);
  });

  // None are named where the tests are skipped, and Jest takes no empty table.
  describe.each(isFull ? nodes() : [['', '']])('on Node.js %s', (_major, node) => {
    test('ES modules and CommonJS modules find every name', () => {
      for (const file of ['names.mjs', 'names.cjs'])
        expect(project.run(file, [], { node })).toMatchObject({ status: 0, stderr: '' });
    });

    test('the command says its version, without a warning', () => {
      const main = path.join(project.folder, 'node_modules', NAME, 'dist', 'command', 'main.js');
      expect(project.run(main, ['--version'], { node })).toMatchObject({ status: 0, stderr: '' });
    });

    test('a test of somebody else’s provisions an account with the emulator', () => {
      const env = { TEMPORAL_ADDRESS: temporalAddress() };
      const { status, stdout, stderr } = project.run('examples/library/emulator.test.mjs', [], { node, env });
      expect({ status, said: status === 0 ? '' : `${stdout}${stderr}` }).toEqual({ status: 0, said: '' });
    });
  });

  test.each([
    ['node16', 'node16', 'mts'],
    ['node16', 'node16', 'cts'],
    ['nodenext', 'nodenext', 'mts'],
    ['preserve', 'bundler', 'ts'],
  ])('TypeScript finds every type: %s, %s, a .%s file', (module, moduleResolution, ending) => {
    const file = `types.${ending}`;
    project.write(
      file,
      [
        ...Object.entries(ENTRIES).map(
          ([entry, names], index) =>
            `import * as entry${index} from '${nameOf(entry)}'; void entry${index}.${names[0]};`,
        ),
        `import { IdentityCenterClient, type ProvisionResult } from '${NAME}';`,
        `export async function provision(client: IdentityCenterClient): Promise<ProvisionResult> {`,
        `  return client.provision({ accountId: '111122223333', region: 'eu-west-1' });`,
        `}`,
        `// @ts-expect-error: a request has no such field`,
        `export const wrong = (client: IdentityCenterClient) => client.provision({ account: '1' });`,
        '',
      ].join('\n'),
    );
    const flags = {
      noEmit: true,
      strict: true,
      skipLibCheck: true,
      target: 'es2022',
      module,
      moduleResolution,
    };
    project.write(
      'tsconfig.json',
      JSON.stringify({ compilerOptions: { ...flags, types: ['node'] }, files: [file] }),
    );
    const tsc = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const { status, stdout } = project.run(tsc, [
      '--project',
      'tsconfig.json',
      '--typeRoots',
      path.join(ROOT, 'node_modules', '@types'),
    ]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });

  test('publint finds nothing', () => {
    const publint = path.join(ROOT, 'node_modules', 'publint', 'src', 'cli.js');
    const { status, stdout, stderr } = project.run(publint, [project.tarball, '--strict', '--pack=false']);
    expect({ status, said: status === 0 ? '' : `${stdout}${stderr}` }).toEqual({ status: 0, said: '' });
  });

  test('attw finds the types of every entry point, however it is imported', () => {
    const attw = path.join(ROOT, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js');
    const { status, stdout, stderr } = project.run(attw, [
      project.tarball,
      ...['--profile', 'node16', '--format', 'ascii', '--no-emoji', '--no-definitely-typed'],
      ...['--exclude-entrypoints', './schemas/*', './package.json'],
    ]);
    expect({ status, said: status === 0 ? '' : `${stdout}${stderr}` }).toEqual({ status: 0, said: '' });
  });
});
