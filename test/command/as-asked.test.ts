import path from 'node:path';
import { commandSuite, documentOf } from '../support/command';
import { freshAccounts, startFleets } from '../support/fleets';
import { freshAccount, requestFor } from '../support/harness';

const its = commandSuite(startFleets);

const BY_NAME = [{ field: 'name', asked: 'other', actual: 'workforce' }];

test.concurrent('provision says what is not as asked for, and with --strict that is a failure', async () => {
  const account = freshAccount();
  const ask = (...more: string[]) => its.call(['provision', account, '--region', 'eu-west-1', ...more]);
  expect((await ask('--name', 'workforce', '--strict')).code).toBe(0);
  const told = await ask('--name', 'other');
  expect(told.code).toBe(0);
  expect(told.stdout).toMatch(/Differs +name is "workforce", asked for "other"\. It stays as it is/);
  const strict = await ask('--name', 'other', '--strict', '--json');
  expect(strict.code).toBe(1);
  expect(documentOf(strict)).toMatchObject({ stage: 'active', result: { differences: BY_NAME } });
  const unheard = await ask('--name', 'other', '--strict', '--no-wait');
  expect([unheard.code, unheard.stderr]).toEqual([2, expect.stringContaining("'--no-wait'")]);
});

test.concurrent(
  'a fleet counts, plans and reports what is not as asked for; what is gone is made anew, unless history is trusted',
  async () => {
    const { harness, command } = its;
    const ids = freshAccounts(3);
    const [renamed = '', gone = ''] = ids;
    const made = await Promise.all(
      ids.map((id) =>
        harness.client.provision(requestFor(id, { name: id === renamed ? 'workforce' : 'other' })),
      ),
    );
    const file = command.file(
      'accounts.csv',
      ['accountId,region,name', ...ids.map((id) => `${id},eu-west-1,other`)].join('\n'),
    );
    const { name } = path.parse(file);
    const fleet = (verb: string, ...more: string[]) => its.call(['fleet', verb, file, ...more]);
    expect((await fleet('start')).code).toBe(0);
    await harness.deleteInstance(gone, made[1]?.instanceArn ?? '');

    const planned = await fleet('plan');
    expect(planned.code).toBe(0);
    expect(planned.stdout).toMatch(/1 {2}create/);
    expect(planned.stdout).toMatch(
      /1 done\nWhat happened .*asked for "other"\nNext step +Change it in AWS, or ask/,
    );
    const strictPlan = await fleet('plan', '--strict', '--json');
    expect(strictPlan.code).toBe(1);
    expect(documentOf(strictPlan)['plans']).toMatchObject([
      { plan: 'done', differences: BY_NAME },
      { plan: 'create' },
      { plan: 'done' },
    ]);

    const trusting = await fleet('start', '--trust-history', '--json');
    expect([trusting.code, documentOf(trusting)]).toMatchObject([0, { succeeded: 3, differing: 1 }]);
    expect(harness.created(gone)).toHaveLength(0);
    const strict = await fleet('start', '--strict');
    expect(strict.code).toBe(1);
    expect(strict.stdout).toContain('3 succeeded, 0 failed');
    expect(strict.stdout).toContain(`1 differ: their instances are not what was asked for`);
    expect(harness.created(gone)).toHaveLength(1);

    const report = await its.call(['fleet', 'report', name, '--format', 'csv']);
    expect(report.stdout).toMatch(
      new RegExp(
        `${renamed},[^,]*,[^,]*,succeeded,alreadyProvisioned,.*name is ""workforce"", asked for ""other""`,
      ),
    );
    expect(report.stdout).toMatch(
      new RegExp(`${gone},[^,]*,[^,]*,succeeded,created,[^,]+,${made[1]?.instanceArn ?? ''},`),
    );
    const page = await its.call(['fleet', 'report', name, '--format', 'html']);
    expect(page.stdout).toContain('1 account with an instance that is not what was asked for');
    expect(page.stdout).toContain(`In place of ${made[1]?.instanceArn ?? ''}, which was gone.`);
  },
);

test.concurrent(
  'a Region that is mistyped, or not known, is refused with the nearest before anything starts',
  async () => {
    const { command, harness } = its;
    const account = freshAccount();
    const mistyped = await its.call(['provision', account, '--region', 'eu-wst-1']);
    expect([mistyped.code, mistyped.stderr]).toEqual([2, expect.stringContaining('did you mean eu-west-1?')]);
    const file = command.file(
      'typed.csv',
      `accountId,region\n${account},us-est-1\n${freshAccount()},eu-west-9`,
    );
    for (const verb of ['plan', 'start']) {
      const { code, stderr } = await its.call(['fleet', verb, file]);
      expect(code).toBe(2);
      expect(stderr).toMatch(/typed\.csv:2: region: .*did you mean us-east-1 or us-west-1\?/);
      expect(stderr).toMatch(/typed\.csv:3: region: .*IDENTITY_CENTER_NEW_REGIONS/);
    }
    const option = await its.call(['fleet', 'plan', file, '--region', 'eu-west-9']);
    expect([option.code, option.stderr]).toEqual([
      2,
      expect.stringContaining('region: this release knows no Region'),
    ]);
    expect(harness.emulator.calls({ account })).toEqual([]);
    const env = { IDENTITY_CENTER_NEW_REGIONS: 'eu-west-9' };
    const newer = await command.run(['provision', account, '--region', 'eu-west-9', '--json'], { env });
    expect([newer.code, documentOf(newer)]).toMatchObject([0, { result: { region: 'eu-west-9' } }]);
  },
);
