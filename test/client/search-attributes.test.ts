import { IdentityCenterClient, type ListFilter } from '../../client';
import { SEARCH_ATTRIBUTE_NAMES, SEARCH_ATTRIBUTES } from '../../contract';
import { commandFor, documentOf, type CommandRunner } from '../support/command';
import {
  freshAccount,
  requestFor,
  startHarness,
  startTestWorker,
  until,
  type Harness,
} from '../support/harness';
import { startRaw } from '../support/other-language';

// A server that knows none of the search attributes. Each test goes on from the last: they are registered once and stay.
let harness: Harness;
let worker: { stop(): Promise<void> } | undefined;
let command: CommandRunner;

beforeAll(async () => {
  harness = await startHarness({ ownServer: { searchAttributes: {} }, worker: false });
  worker = await startTestWorker(harness.address, harness.taskQueue, harness.emulator);
  command = commandFor(harness);
});
afterAll(async () => {
  command.dispose();
  await worker?.stop();
  await harness.stop();
});

const [done, byOthers, byCommand, failed, waiting] = [
  freshAccount(),
  freshAccount(),
  freshAccount(),
  freshAccount(),
  freshAccount(),
];
/** Of the one run that waits and can be searched. */
let searchable: string;

async function listed(filter: ListFilter = {}): Promise<string[]> {
  const accounts: string[] = [];
  for await (const { accountId } of harness.client.list(filter)) accounts.push(accountId);
  return accounts.sort();
}

/** Visibility lags behind by a moment. */
const untilListed = (filter: ListFilter, accounts: string[]) =>
  until(
    () => listed(filter),
    (seen) => JSON.stringify(seen) === JSON.stringify([...accounts].sort()),
  );

/** Starts a run whose instance stays in CREATE_IN_PROGRESS. */
async function startWaiting(client: IdentityCenterClient, account: string) {
  harness.emulator.setFaults({ accounts: [account], creationMs: 600_000, deletionMs: 0 });
  const run = await client.start(requestFor(account, { timing: { activeTimeout: '10m' } }));
  await until(
    () => client.status(account),
    ({ stage }) => stage === 'waitingForActive',
  );
  return run;
}

describe('in a namespace that lacks the search attributes', () => {
  test('runs provision; each client says once that they cannot be searched', async () => {
    const first = await harness.client.start(requestFor(done));
    expect(first.notice).toContain('identity-center doctor --fix');
    await expect(harness.client.result(first)).resolves.toMatchObject({ outcome: 'created' });
    harness.emulator.setFaults({ accounts: [failed], organizationForbids: true });
    const second = await harness.client.start(requestFor(failed));
    expect(second).not.toHaveProperty('notice');
    await expect(harness.client.result(second)).rejects.toThrow('organization');
    const other = new IdentityCenterClient(harness.temporal, harness.taskQueue);
    await expect(startWaiting(other, waiting)).resolves.toHaveProperty('notice', first.notice);
  });

  test('a run of another language provisions: no workflow task fails, and only the answer of the worker is recorded', async () => {
    const handle = await startRaw(harness, byOthers, { accountId: byOthers, region: 'eu-west-1' });
    await expect(handle.result()).resolves.toMatchObject({ outcome: 'created' });
    const events = await harness.eventsOf(byOthers);
    expect(events.filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
    expect(events.filter((event) => event.markerRecordedEventAttributes)).toHaveLength(1);
    expect(events.filter((event) => event.upsertWorkflowSearchAttributesEventAttributes)).toEqual([]);
  });

  test('the command says it on stderr, and stdout holds the one document', async () => {
    const finished = await command.run(['provision', byCommand, '--region', 'eu-west-1', '--json']);
    expect(finished.code).toBe(0);
    expect(finished.stderr).toMatch(/^The namespace lacks the search attributes.*\n$/);
    expect(documentOf(finished)).toMatchObject({ stage: 'active' });
  });

  test('list works from workflow ID and type, by stage and by failure', async () => {
    await until(
      () => listed(),
      (seen) => [done, byCommand, failed, waiting].every((account) => seen.includes(account)),
    );
    await untilListed({ stage: 'waitingForActive' }, [waiting]);
    await untilListed({ stage: 'held' }, []);
    await untilListed({ stage: 'active' }, [done, byOthers, byCommand]);
    await untilListed({ failed: true }, [failed]);
    const { code, stdout } = await command.run(['list', '--stage', 'waitingForActive', '--json']);
    expect(code).toBe(0);
    expect(documentOf({ code, stdout, stderr: '' })).toMatchObject({
      accountId: waiting,
      stage: 'waitingForActive',
    });
  });

  test('doctor: exit 1, naming what is missing and the remedy', async () => {
    const { code, stdout } = await command.run(['doctor']);
    expect(code).toBe(1);
    for (const name of SEARCH_ATTRIBUTE_NAMES) expect(stdout).toContain(name);
    expect(stdout).toContain('identity-center doctor --fix');
    expect(stdout).toContain('temporal operator search-attribute create --namespace default');
    const asked = await command.run(['doctor', '--json']);
    expect(asked).toMatchObject({ code: 1, stderr: '' });
    expect(documentOf(asked)).toMatchObject({
      checks: [
        { check: 'server', ok: true },
        { check: 'namespace', ok: true },
        { check: 'search attributes', ok: false, remedy: expect.any(String) as string },
        { check: 'workers', ok: true },
        { check: 'worker answer', ok: true },
        { check: 'AWS identity', ok: true },
      ],
    });
  });
});

describe('doctor --fix', () => {
  test('registers them, exit 0; a second time there is nothing to do', async () => {
    const fixed = await command.run(['doctor', '--fix']);
    expect(fixed.code).toBe(0);
    expect(fixed.stdout).toContain(`registered now: ${SEARCH_ATTRIBUTE_NAMES.join(', ')}`);
    const again = await command.run(['doctor', '--fix']);
    expect(again.code).toBe(0);
    expect(again.stdout).toMatch(/search attributes +all registered/);
  });

  test('later runs are started with them and say nothing; the server finds them by stage', async () => {
    const newClient = () => new IdentityCenterClient(harness.temporal, harness.taskQueue);
    // A server keeps what it knows of them for a while; a client, and a run that was started without them, for good.
    const { accountId } = await until(
      async () => {
        const run = await startWaiting(newClient(), freshAccount());
        if (run.notice !== undefined) {
          await harness.client.cancel(run.accountId);
          await harness.client.result(run).catch(() => undefined);
        }
        return run;
      },
      ({ notice }) => notice === undefined,
    );
    searchable = accountId;
    const client = newClient();
    // The earlier run has no stage that the server knows of, and is listed beside it.
    await untilListed({ stage: 'waitingForActive' }, [waiting, searchable]);
    const account = freshAccount();
    harness.emulator.setFaults({ accounts: [account], creationMs: 0 });
    await client.provision(requestFor(account));
    const found = await until(
      () => idsOf("IdentityCenterStage = 'active'"),
      (ids) => ids.length > 0,
    );
    expect(found).toEqual([`identity-center/${account}`]);
    const { code, stdout } = await command.run(['list', '--stage', 'active']);
    expect(code).toBe(0);
    expect(stdout).toContain(account);
  });

  test('what a worker has read may be gone since: no run hangs on it', async () => {
    const fresh = await startTestWorker(harness.address, `${harness.taskQueue}-2`, harness.emulator);
    try {
      const other = { ...harness, taskQueue: `${harness.taskQueue}-2` };
      const [first, second] = [freshAccount(), freshAccount()];
      const started = await startRaw(other, first, { accountId: first, region: 'eu-west-1' });
      await started.result();
      expect((await started.describe()).typedSearchAttributes.get(SEARCH_ATTRIBUTES.stage)).toBe('active');
      await harness.temporal.connection.operatorService.removeSearchAttributes({
        namespace: 'default',
        searchAttributes: ['IdentityCenterRegion'],
      });
      await until(
        () =>
          harness.temporal.workflow.count("IdentityCenterRegion = 'eu-west-1'").then(
            () => 'known',
            () => 'unknown',
          ),
        (seen) => seen === 'unknown',
      );
      const later = await startRaw(other, second, { accountId: second, region: 'eu-west-1' });
      await expect(later.result()).resolves.toMatchObject({ outcome: 'created' });
      const failures = (await harness.eventsOf(second)).filter((it) => it.workflowTaskFailedEventAttributes);
      expect(failures.length).toBeLessThanOrEqual(1);
    } finally {
      await fresh.stop();
    }
  });

  test('without a worker, a list by stage says which runs it cannot place', async () => {
    await worker?.stop();
    worker = undefined;
    const { code, stdout, stderr } = await command.run(['list', '--stage', 'waitingForActive']);
    expect(code).toBe(5);
    expect(stdout).toContain(searchable);
    expect(stderr).toContain(waiting);
    expect(stderr).toContain('identity-center worker');
    const all = await command.run(['list']);
    expect(all.code).toBe(0);
    expect(all.stdout).toMatch(new RegExp(`${waiting}  open, no worker answers`));
  });
});

async function idsOf(query: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of harness.temporal.workflow.list({ query })) ids.push(workflowId);
  return ids;
}
