import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freshAccount, requestFor, until } from '../support/harness';
import { isFull } from '../support/full';
import { makeEndpoint, type Endpoint } from '../support/nexus';
import { startProvisioning, type ProvisioningHarness } from '../support/provisioning';
import { compileExample } from './compile';
import { prepareExample } from './example';

let harness: ProvisioningHarness;

beforeAll(async () => {
  harness = await startProvisioning();
});
afterAll(async () => {
  await harness.stop();
});

compileExample('typescript/nexus/workflows.ts');

describe.each([
  ['TypeScript', [process.execPath, compileExample('typescript/nexus/caller.mts')]],
  ['Python', prepareExample('python', 'nexus')],
  ['Go', prepareExample('go', 'nexus')],
  ['Java', isFull ? prepareExample('java', 'nexus') : undefined],
])('a caller of the Nexus service in %s', (_language, command) => {
  const tests = command === undefined ? test.skip : test;
  const [file = '', ...args] = command ?? [];
  let endpoint: Endpoint;

  beforeAll(async () => {
    endpoint = await makeEndpoint(harness);
    await endpoint.connection.close();
  });

  const run = async (request: unknown) => {
    const child = spawn(file, [...args, JSON.stringify(request)], {
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        TEMPORAL_ADDRESS: harness.address,
        TEMPORAL_NAMESPACE: endpoint.namespace,
        IDENTITY_CENTER_NEXUS_ENDPOINT: endpoint.name,
        // What Python would leave there is no part of the example.
        PYTHONDONTWRITEBYTECODE: '1',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    await once(child, 'close');
    return { code: child.exitCode, stdout, stderr };
  };

  tests('provisions from a namespace of its own, and prints the result', async () => {
    const account = freshAccount();
    const { code, stdout, stderr } = await run(requestFor(account));
    expect({ code, said: code === 0 ? '' : stderr }).toEqual({ code: 0, said: '' });
    const [instance] = harness.created(account);
    expect(JSON.parse(stdout)).toMatchObject({ instanceArn: instance?.instanceArn, status: 'ACTIVE' });
  });

  tests('a failure says what happened, what to do, and AWS’s request ID', async () => {
    const account = freshAccount();
    harness.emulator.setFaults({ accounts: [account], organizationForbids: true });
    const { code, stdout, stderr } = await run(requestFor(account));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      new RegExp(`Failed \\(AccessDeniedException, \\w+\\): Account ${account}: .+ Enable account instances`),
    );
    expect(stderr).toMatch(/AWS request ID: [\w-]{8,}/);
  });

  tests(
    'a request that is wrong, or another than that of the open run, is refused, with the fields',
    async () => {
      const account = freshAccount();
      expect(await run({ ...requestFor(account), naem: 'workforce' })).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/Refused: .*naem/) as unknown,
      });
      harness.emulator.setFaults({ accounts: [account], organizationForbids: true });
      await harness.client.start(requestFor(account, { onFailure: 'hold' }));
      await until(
        () => harness.client.status(account),
        ({ stage }) => stage === 'held',
      );
      const { code, stderr } = await run(requestFor(account, { region: 'eu-central-1', name: 'other' }));
      expect(code).toBe(2);
      expect(stderr).toMatch(/Refused: .*name.*region.*"eu-central-1"/);
      await harness.client.abort(account, 'the test is over');
    },
  );
});
