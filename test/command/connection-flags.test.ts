import { commandRunner, documentOf, type CommandRunner } from '../support/command';
import { freshAccount, startHarness, type Harness } from '../support/harness';
import { NOWHERE } from '../support/ports';

let harness: Harness;
let command: CommandRunner;
beforeAll(async () => {
  // To list what all other tests have left would take long.
  harness = await startHarness({ worker: false, ownServer: {} });
  command = commandRunner({ TEMPORAL_ADDRESS: NOWHERE, TEMPORAL_NAMESPACE: 'nowhere' });
});
afterAll(async () => {
  command.dispose();
  await harness.stop();
});

const here = () => ['--address', harness.address, '--namespace', 'default'];

test.concurrent('the flags go before the environment, before and after the verb', async () => {
  await expect(command.run(['list', '--json', ...here()])).resolves.toMatchObject({ code: 0, stderr: '' });
  await expect(command.run([...here(), 'list'])).resolves.toMatchObject({ code: 0 });
  await expect(command.run(['fleet', 'status', 'none', ...here()])).resolves.toMatchObject({ code: 2 });
});

test.concurrent('--profile names the server where the environment does not', async () => {
  const file = command.file(
    'temporal.toml',
    `[profile.here]\naddress = "${harness.address}"\nnamespace = "default"\n`,
  );
  const env = { TEMPORAL_ADDRESS: '', TEMPORAL_NAMESPACE: '', TEMPORAL_CONFIG_FILE: file };
  await expect(command.run(['list', '--profile', 'here'], { env })).resolves.toMatchObject({ code: 0 });
  const refused = await command.run(['status', freshAccount(), '--profile', 'here', '--json'], { env });
  expect(documentOf(refused)).toMatchObject({
    error: { server: { address: harness.address, namespace: 'default', from: 'profile' } },
  });
  const unknown = await command.run(['list', '--profile', 'there'], { env });
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('TEMPORAL_PROFILE') as unknown });
});

test.concurrent('an error says which server was asked, and what named it', async () => {
  const account = freshAccount();
  const flagged = await command.run(['status', account, ...here()]);
  expect(flagged.stderr).toMatch(
    new RegExp(
      `there is no run.*\nTemporal server asked: ${harness.address}, namespace default \\(as --address`,
    ),
  );
  const lost = await command.run(['status', account, '--json']);
  expect(lost.code).toBe(5);
  expect(documentOf(lost)).toMatchObject({
    error: { server: { address: NOWHERE, namespace: 'nowhere', from: 'TEMPORAL_ADDRESS' } },
  });
});

test.concurrent('an error before any server was asked names none', async () => {
  const { stderr } = await command.run(['status', '12', ...here()]);
  expect(stderr).not.toContain('Temporal server asked');
});
