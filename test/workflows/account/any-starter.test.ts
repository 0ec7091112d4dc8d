import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  clientToken,
  ENSURE_UPDATE,
  PROVISION_WORKFLOW,
  workflowIdOf,
  type Progress,
} from '../../../contract';
import { findTemporalBinary } from '../../../sandbox/temporal-server';
import { freshAccount, handleOf, requestFor, until } from '../../support/harness';
import { startRaw } from '../../support/other-language';
import { startProvisioning, type ProvisioningHarness } from '../../support/provisioning';
import { progressOf } from '../../support/steering';

/** Runs that no client of ours has started: by Temporal's own command, and by a bare client as other languages have it. */
let harness: ProvisioningHarness;
let binary: string;
beforeAll(async () => {
  harness = await startProvisioning();
  binary = await findTemporalBinary();
});
afterAll(() => harness.stop());

const run = promisify(execFile);

/** Runs Temporal's own command. */
async function temporal(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const { stdout, stderr } = await run(binary, [...args, '--address', harness.address]);
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

const startArguments = (account: string, request: object) => [
  ...['--workflow-id', workflowIdOf(account), '--type', PROVISION_WORKFLOW],
  ...['--task-queue', harness.taskQueue, '--input', JSON.stringify(request)],
];

async function idsOf(query: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of harness.temporal.workflow.list({ query })) ids.push(workflowId);
  return ids.sort();
}

interface Metadata {
  currentDetails: string;
}

/** The current details, as the UI has them. */
const detailsOf = async (account: string) =>
  (await handleOf(harness, account).query<Metadata>('__temporal_workflow_metadata')).currentDetails;

test('a run that `temporal` starts is found by its stage, says who asked for what, and is let go in bulk', async () => {
  const accounts = [freshAccount(), freshAccount()];
  for (const account of accounts) {
    harness.emulator.setFaults({ accounts: [account], organizationForbids: true });
    const request = { accountId: account, region: 'eu-west-1', name: 'team-a', onFailure: 'hold' };
    const { code } = await temporal('workflow', 'start', ...startArguments(account, request));
    expect(code).toBe(0);
  }
  const ids = accounts.map(workflowIdOf).sort();
  const mine = `(${accounts.map((account) => `IdentityCenterAccountId = '${account}'`).join(' OR ')})`;
  const held = `${mine} AND IdentityCenterStage = 'held' AND IdentityCenterRegion = 'eu-west-1'`;
  await until(
    () => idsOf(held),
    (found) => found.length === 2,
  );
  expect(await idsOf(held)).toEqual(ids);
  const [account = ''] = accounts;
  expect(await detailsOf(account)).toMatch(
    new RegExp(
      `^\\*\\*Asked:\\*\\* provision ${account} in eu-west-1 as team-a, onFailure hold; by temporal-cli:.*\n\n\\*\\*held\\*\\* since`,
    ),
  );
  for (const free of accounts) harness.emulator.setFaults({ accounts: [free], creationMs: 0 });
  const signalled = await temporal(
    'workflow',
    'signal',
    '--name',
    'retry',
    '--query',
    held,
    '--reason',
    'free',
    '--yes',
  );
  expect(signalled).toMatchObject({ code: 0 });
  for (const free of accounts)
    await expect(handleOf(harness, free).result()).resolves.toMatchObject({ outcome: 'created' });
  const active = `${mine} AND IdentityCenterStage = 'active' AND IdentityCenterInstanceArn != ''`;
  await until(
    () => idsOf(active),
    (found) => found.length === 2,
  );
  const listed = [];
  for await (const summary of harness.client.list({ stage: 'active' }))
    if (accounts.includes(summary.accountId)) listed.push(summary);
  expect(listed).toMatchObject([
    { region: 'eu-west-1', instanceArn: expect.stringContaining('ssoins-') as string },
    { region: 'eu-west-1', instanceArn: expect.stringContaining('ssoins-') as string },
  ]);
});

test('`temporal` has ensure answered with the progress, or refused with the fields, and an exit code', async () => {
  const account = freshAccount();
  harness.emulator.setFaults({ accounts: [account], creationMs: 600_000, deletionMs: 0 });
  const request = { accountId: account, region: 'eu-west-1' };
  const ensure = (asked: object) =>
    temporal(
      ...['workflow', 'execute-update-with-start', '--id-conflict-policy', 'UseExisting'],
      ...startArguments(account, asked),
      ...['--update-name', ENSURE_UPDATE, '--update-input', JSON.stringify(asked), '--output', 'json'],
    );
  const first = await ensure(request);
  expect(first).toMatchObject({ code: 0 });
  const { updateResult } = JSON.parse(first.stdout) as { updateResult: Progress };
  expect(updateResult).toMatchObject({ clientToken: clientToken(workflowIdOf(account)), request });
  const second = await ensure(request);
  expect(second).toMatchObject({ code: 0 });
  const other = await ensure({ ...request, name: 'other' });
  expect(other.code).toBe(1);
  expect(other.stderr).toContain('asked for something else: name is not set, asked "other"');
  await harness.client.cancel(account);
});

test.concurrent(
  'a correction shows in the details; a cancelled hold asks nobody for anything more',
  async () => {
    const account = freshAccount();
    const failNext = [
      { operation: 'CreateInstance', error: 'ValidationException', message: 'taken', times: 2 },
    ];
    harness.emulator.setFaults({ accounts: [account], failNext });
    const request = requestFor(account, { name: 'taken', tags: { team: 'a_b' }, onFailure: 'hold' });
    await startRaw(harness, account, request);
    const held = (name: string) =>
      until(
        () => harness.client.status(account),
        ({ stage, request: now }) => stage === 'held' && now?.name === name,
      );
    await held('taken');
    await harness.client.retry(account, { name: 'still-taken' });
    const { failure } = await held('still-taken');
    expect(failure).toMatchObject({ situation: 'invalidParameter' });
    const details = await detailsOf(account);
    expect(details).toMatch(/^\*\*Asked:\*\* provision \d+ in eu-west-1 as still-taken, /);
    expect(details).toContain('tags.team a\\_b');
    expect(details.split('\n')[0]).toMatch(/; by tester$/);
    await harness.client.cancel(account);
    await until(
      () => harness.client.status(account),
      ({ status }) => status === 'CANCELLED',
    );
    const { failure: left, notes } = await progressOf(harness, account);
    expect(left).toBeUndefined();
    expect(notes?.map(({ text }) => text)).toEqual(['nothing that this run made is left']);
    expect(await detailsOf(account)).not.toContain('What to do');
  },
);

test.concurrent('a run that deletes shows itself the same', async () => {
  const account = freshAccount();
  await harness.client.provision(requestFor(account));
  harness.emulator.setFaults({ accounts: [account], deletionMs: 600_000 });
  const handle = await startRaw(harness, account, { accountId: account }, 'deprovisionIdentityCenter');
  await until(
    () => idsOf(`IdentityCenterAccountId = '${account}' AND IdentityCenterStage = 'deleting'`),
    (found) => found.length === 1,
  );
  expect(await detailsOf(account)).toMatch(
    new RegExp(`^\\*\\*Asked:\\*\\* deprovision ${account}; by tester\n\n\\*\\*deleting\\*\\*`),
  );
  await handle.terminate();
});

test.concurrent('a run of a fleet says that the fleet asked', async () => {
  const account = freshAccount();
  const name = `fleet-${account}`;
  harness.emulator.setFaults({ accounts: [account], organizationForbids: true });
  const request = requestFor(account, { onFailure: 'hold' });
  await harness.client.fleets.start({ name, accounts: [request] });
  const query = `IdentityCenterFleet = '${name}' AND IdentityCenterStage = 'held'`;
  await until(
    () => idsOf(query),
    (found) => found.length === 1,
  );
  expect((await detailsOf(account)).split('\n')[0]).toMatch(new RegExp(`; by fleet ${name}$`));
  await harness.client.fleets.cancel(name);
});
