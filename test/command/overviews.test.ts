import type { AccountSummary, FleetEvent, FleetStatus } from '../../client';
import { fleetIdOf } from '../../contract';
import { commandSuite, documentOf } from '../support/command';
import { freshAccounts } from '../support/fleets';
import { freshAccount, requestFor, until } from '../support/harness';
import { startProvisioning } from '../support/provisioning';
import { detailsOf } from '../support/steering';

const its = commandSuite(() => startProvisioning());
const run = (...args: string[]) => its.call(args);

/** The JSON documents that a verb printed, a line each. */
const lines = <T>(stdout: string) =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T);

const ENABLE = 'Enable account instances in the IAM Identity Center console of the management account';
const BOX = /[─│┌┐└┘├┤┬┴┼]/;

describe('of a fleet with held, failed and provisioned accounts', () => {
  const held = freshAccounts(4);
  const [failed, done] = [freshAccount(), freshAccount()];
  const name = `overview-${done}`;

  beforeAll(async () => {
    const { client, emulator } = its.harness;
    emulator.setFaults({ accounts: [...held, failed], organizationForbids: true });
    await client.fleets.start({
      name,
      accounts: [
        ...held.map((account) => requestFor(account, { onFailure: 'hold', name: 'workforce' })),
        requestFor(failed),
        requestFor(done),
      ],
    });
    await until(
      () => client.fleets.status(name),
      (status) => status.held === 4 && status.failed === 1 && status.succeeded === 1,
    );
    // Lists are the server's, which learns of it a moment after the fleet.
    const runs = `WorkflowType = 'provisionIdentityCenter' AND IdentityCenterFleet = '${name}'`;
    const queries = [
      `${runs} AND IdentityCenterStage = 'held'`,
      `${runs} AND ExecutionStatus = 'Failed'`,
      `${runs} AND ExecutionStatus = 'Completed'`,
      `WorkflowId = '${fleetIdOf(name)}'`,
    ];
    const counts = () =>
      Promise.all(queries.map(async (query) => (await its.harness.temporal.workflow.count(query)).count));
    await until(counts, (seen) => String(seen) === '4,1,1,1');
  });
  afterAll(async () => {
    await its.harness.client.fleets.cancel(name);
    await its.harness.client.fleets.result(name);
  });

  test.concurrent('fleet status: each cause once, with its count, the next step and until when', async () => {
    const { stdout } = await run('fleet', 'status', name);
    expect(stdout).toMatch(/^4 held: AccessDeniedException; the first until [-\d]{10} [:\d]{8} UTC$/m);
    expect(stdout).toMatch(/^1 failed: AccessDeniedException$/m);
    expect(stdout).toMatch(new RegExp(`Next step +${ENABLE}; then retry`));
    expect(stdout).toMatch(/Accounts +(\d{12}, ){2}\d{12} and 1 more/);
    expect(stdout).toContain(`identity-center list --stage held --fleet ${name}`);
    expect(stdout).not.toMatch(BOX);
    const { holds } = documentOf(await run('fleet', 'status', name, '--json')) as unknown as FleetStatus;
    expect(holds).toMatchObject([
      { type: 'AccessDeniedException', situation: 'organizationForbids', count: 4 },
    ]);
    expect(new Set(holds[0]?.accounts)).toEqual(new Set(held));
  });

  test.concurrent(
    'list --fleet: a line an account with the cause and until when, and the next step once',
    async () => {
      const { stdout, stderr } = await until(
        () => run('list', '--stage', 'held', '--fleet', name),
        ({ stdout }) => held.every((account) => stdout.includes(account)),
      );
      for (const account of held)
        expect(stdout).toMatch(
          new RegExp(
            `^${account}  held +eu-west-1 +- +[-\\d]{10} [:\\d]{8} UTC  - +[-\\d]{10} [:\\d]{8} UTC  AccessDeniedException$`,
            'm',
          ),
        );
      expect(stdout.split(ENABLE)).toHaveLength(2);
      expect(stdout).not.toMatch(BOX);
      expect(stdout).not.toContain(failed);
      expect(stderr).toMatch(
        /Temporal keeps those that have ended for .* \(the retention of the namespace\)/,
      );
      const json = await run('list', '--stage', 'held', '--fleet', name, '--json', '--limit', '2');
      const accounts = lines<AccountSummary>(json.stdout);
      expect(accounts).toHaveLength(2);
      for (const account of accounts)
        expect(account).toMatchObject({
          fleet: name,
          heldUntil: expect.any(String) as string,
          failure: { situation: 'organizationForbids', remedy: expect.stringContaining(ENABLE) as string },
        });
    },
  );

  test.concurrent('list chooses by Region, time and failure; says which filter makes no sense', async () => {
    const count = async (...args: string[]) =>
      lines((await run('list', '--json', '--fleet', name, ...args)).stdout).length;
    expect(await count('--region', 'eu-west-1')).toBe(6);
    expect(await count('--region', 'eu-north-1')).toBe(0);
    expect(await count('--since', '1h')).toBe(6);
    // The open ones.
    expect(await count('--since', '2200-01-01')).toBe(4);
    expect(await count('--failed')).toBe(1);
    for (const [option, value, words] of [
      ['--since', 'yesterday', 'how long ago'],
      ['--limit', '0', 'whole number'],
      ['--fleet', "x' OR 1=1", 'fleet'],
      ['--region', 'a b', 'region'],
    ] as const)
      expect(await run('list', option, value)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(words) as string,
      });
  });

  test.concurrent('fleet list names the causes of each', async () => {
    const { stdout } = await run('fleet', 'list');
    const line = stdout.split('\n').find((it) => it.startsWith(`${name} `)) ?? '';
    expect(line).toMatch(/4 held: AccessDeniedException, until .* UTC; 1 failed: AccessDeniedException$/);
  });

  test.concurrent(
    'reports: each held account with its cause, next step and time; CSV with Region and name',
    async () => {
      const { stdout: csv } = await run('fleet', 'report', name, '--format', 'csv');
      const [head = '', ...rows] = csv.split('\r\n');
      expect(head.split(',').slice(0, 4)).toEqual(['accountId', 'region', 'name', 'end']);
      for (const account of held) {
        const row = rows.find((it) => it.startsWith(account)) ?? '';
        expect(row).toMatch(/^\d{12},eu-west-1,workforce,held,.*AccessDeniedException.*Enable account.*Z$/);
      }
      const { stdout: html } = await run('fleet', 'report', name, '--format', 'html');
      expect(html).toContain('Held, by cause');
      expect(html.split(ENABLE).length).toBeGreaterThan(held.length);
      const report = documentOf(await run('fleet', 'report', name));
      expect(report).toMatchObject({ holds: [{ count: 4 }] });
    },
  );

  test.concurrent(
    'fleet watch --json: the status, then an event for each account that failed or is held',
    async () => {
      const watching = its.command.start(['fleet', 'watch', name, '--json']);
      const events = await until(
        () => lines<FleetEvent | { event: 'status' }>(watching.stdout().replace(/[^\n]*$/, '')),
        (seen) => seen.length > 5,
      );
      watching.child.kill();
      await watching.finished;
      expect(events.map(({ event }) => event)).toEqual(['status', 'failed', 'held', 'held', 'held', 'held']);
      expect(events[1]).toMatchObject({ accountId: failed, failure: { type: 'AccessDeniedException' } });
      expect(events[2]).toMatchObject({
        heldUntil: expect.any(String) as string,
        failure: { remedy: expect.stringContaining(ENABLE) as string },
      });
    },
  );

  test.concurrent(
    'the page of the fleet in the UI says counts, causes, next step; that of a run who asked',
    async () => {
      const fleet = await detailsOf(its.harness, fleetIdOf(name));
      expect(fleet).toContain('6: 1 succeeded, 1 failed, 0 cancelled, 0 skipped; 4 open (of them 4 held)');
      expect(fleet).toContain('**4 held, the first until ');
      expect(fleet).toContain(`- What to do: ${ENABLE}`);
      expect(fleet).toContain('the signal `retry`');
      expect(await detailsOf(its.harness, `identity-center/${held[0]}`)).toContain(`by fleet ${name}`);
      expect(await its.harness.client.status(held[0] ?? '')).toMatchObject({ askedBy: `fleet ${name}` });
    },
  );
});

test.concurrent('a failed second request does not hide the instance that the account has', async () => {
  const account = freshAccount();
  const { instanceArn } = await its.harness.provision(account, {});
  await its.harness.client.provision(requestFor(account, { region: 'us-east-1' })).catch(() => undefined);
  const find = async (...filter: string[]) =>
    lines<AccountSummary>((await run('list', '--json', ...filter)).stdout).find(
      ({ accountId }) => accountId === account,
    );
  const listed = await until(
    () => find('--failed'),
    (found) => found !== undefined,
  );
  expect(listed).toMatchObject({
    stage: 'failed',
    region: 'us-east-1',
    failure: { type: 'InstanceExists' },
    earlier: { region: 'eu-west-1', instanceArn },
  });
  for (const filter of [
    ['--stage', 'active'],
    ['--region', 'eu-west-1'],
    ['--region', 'us-east-1'],
  ])
    expect(await find(...filter)).toMatchObject({ earlier: { instanceArn } });
  const { stdout } = await run('list', '--failed');
  expect(stdout).toMatch(
    new RegExp(
      `^${account}  failed +eu-west-1 +${instanceArn.replace(/^.*\//, '')} ACTIVE, of an earlier run `,
      'm',
    ),
  );
});

test.concurrent('status says what is asked for, as corrected, and by whom', async () => {
  const account = freshAccount();
  its.harness.emulator.setFaults({ accounts: [account], organizationForbids: true });
  const tags = { team: 'identity', cost: '42' };
  await its.harness.client.start(requestFor(account, { name: 'workforce', tags, onFailure: 'hold' }));
  await until(
    () => its.harness.client.status(account),
    ({ stage }) => stage === 'held',
  );
  const { code, stdout } = await run('status', account);
  expect(code).toBe(3);
  for (const row of [
    /^Region +eu-west-1$/m,
    /^Name +workforce$/m,
    /^Tags +team=identity, cost=42$/m,
    /^Asked by +tester$/m,
  ])
    expect(stdout).toMatch(row);
  await its.harness.client.retry(account, { name: 'team-b' }).catch(() => undefined);
  expect((await run('status', account)).stdout).toMatch(/^Name +team-b$/m);
});

describe('deprovision', () => {
  test.concurrent('of an account that never had anything: says that nothing was deleted', async () => {
    const { code, stdout } = await run('deprovision', freshAccount(), '--yes');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Stage +deleted: the account had no instance in any Region: nothing was deleted/);
  });

  test.concurrent(
    'of what is not ours: the instance is still there, and the line to paste deletes it',
    async () => {
      const account = freshAccount();
      const instanceArn = await its.harness.createdBySomebodyElse(account);
      const { code, stdout } = await run('deprovision', account, '--yes');
      expect(code).toBe(1);
      expect(stdout).toMatch(/Stage +failed: ended before an instance was seen to be gone/);
      expect(stdout).toMatch(new RegExp(`Instance +${instanceArn}`));
      expect(stdout).toContain(`${instanceArn} in eu-west-1 is still there (ACTIVE)`);
      const line = `identity-center deprovision ${account} --any ${instanceArn}`;
      expect(stdout).toContain(line);
      const pasted = await run(...line.split(' ').slice(1), '--yes');
      expect(pasted.code).toBe(0);
    },
  );
});
