import { commandSuite, documentOf, type Finished } from '../../support/command';
import { freshAccount, requestFor, until } from '../../support/harness';
import { startProvisioning, type AccountFaults } from '../../support/provisioning';

const its = commandSuite(startProvisioning);

const faultsOf = (account: string, faults: AccountFaults = {}) => {
  its.harness.emulator.setFaults({ accounts: [account], creationMs: 0, deletionMs: 0, ...faults });
};
const untilStage = (account: string, wanted: string) =>
  until(
    () => its.harness.client.status(account),
    ({ stage }) => stage === wanted,
  );
const documentsOf = ({ stdout }: Finished) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { stage: string });

/** A run whose instance stays in CREATE_IN_PROGRESS: it can be steered for as long as a test likes. */
async function startWaiting(account: string): Promise<void> {
  faultsOf(account, { creationMs: 600_000 });
  await its.harness.client.start(requestFor(account, { timing: { activeTimeout: '10m' } }));
  await untilStage(account, 'waitingForActive');
}

/** A run that is held, as AWS does not take its name. */
async function startHeld(account: string): Promise<void> {
  faultsOf(account, {
    failNext: [
      { operation: 'CreateInstance', error: 'ValidationException', message: 'Name is taken', times: 1 },
    ],
  });
  await its.harness.client.start(requestFor(account, { name: 'taken', onFailure: 'hold' }));
  await untilStage(account, 'held');
}

describe('provision --on-failure hold', () => {
  test.concurrent('a run that gets held: exit 3, saying why, and what makes it go on', async () => {
    const account = freshAccount();
    faultsOf(account, { organizationForbids: true });
    const args = ['provision', account, '--region', 'eu-west-1', '--on-failure', 'hold'];
    const { code, stdout } = await its.call(args);
    expect(code).toBe(3);
    expect(stdout).toMatch(/What happened +CreateInstance: the organization does not allow/);
    expect(stdout).toContain(`"identity-center retry ${account}" or "abort ${account} --reason …"`);
    const joined = await its.call([...args, '--json']);
    expect(joined).toMatchObject({ code: 3, stderr: '' });
    expect(documentOf(joined)).toMatchObject({
      stage: 'held',
      heldUntil: expect.stringContaining('Z') as string,
      failure: { type: 'AccessDeniedException' },
    });
    await its.harness.client.cancel(account);
  });
});

describe('pause and resume', () => {
  test.concurrent('pause, for people: the stage, and how the run goes on', async () => {
    const account = freshAccount();
    await startWaiting(account);
    await expect(its.call(['pause', account])).resolves.toEqual({
      code: 0,
      stdout: `Account ${account}: waitingForActive, paused. Let it go on with: identity-center resume ${account}\n`,
      stderr: '',
    });
    const status = await its.call(['status', account]);
    expect(status.code).toBe(3);
    expect(status.stdout).toContain(
      `paused: no write to AWS until "identity-center resume ${account}", or "abort`,
    );
    const resumed = await its.call(['resume', account]);
    expect(resumed).toMatchObject({ code: 0, stderr: '' });
    expect(resumed.stdout).not.toContain('paused');
    await its.harness.client.cancel(account);
  });

  test.concurrent('--json: the new progress as the one document on stdout', async () => {
    const account = freshAccount();
    await startWaiting(account);
    const paused = await its.call(['pause', account, '--json']);
    expect(paused).toMatchObject({ code: 0, stderr: '' });
    expect(documentOf(paused)).toMatchObject({
      accountId: account,
      stage: 'waitingForActive',
      paused: true,
      generation: 1,
    });
    expect(documentOf(await its.call(['resume', account, '--json']))).toMatchObject({ paused: false });
    await its.harness.client.cancel(account);
  });
});

describe('what is so already', () => {
  test.concurrent('a second pause, and a resume of what is not paused: exit 0 with a note', async () => {
    const account = freshAccount();
    await startWaiting(account);
    const resumed = await its.call(['resume', account]);
    expect(resumed).toMatchObject({ code: 0, stderr: '' });
    expect(resumed.stdout).toContain(`Account ${account}: the run was not paused; waitingForActive.`);
    await its.harness.client.pause(account);
    const again = await its.call(['pause', account, '--json']);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(documentOf(again)).toMatchObject({ paused: true, note: 'the run was paused already' });
    const status = await its.call(['status', account]);
    expect(status.stdout).toMatch(/Stage +waitingForActive: paused, and writes nothing to AWS/);
    await its.harness.client.cancel(account);
  });
});

describe('retry', () => {
  test.concurrent('cuts a back-off short', async () => {
    const account = freshAccount();
    faultsOf(account, {
      failNext: [
        { operation: 'CreateInstance', error: 'ThrottlingException', retryAfterSeconds: 600, times: 1 },
      ],
    });
    const run = await its.harness.client.start(requestFor(account, { timing: { createTimeout: '1h' } }));
    await until(
      () => its.harness.client.status(account),
      ({ pending }) => pending?.nextAttemptAt !== undefined,
    );
    // None is taken right after the call.
    const retried = await until(
      () => its.call(['retry', account]),
      ({ code }) => code === 0,
    );
    expect(retried.stderr).toBe('');
    await expect(its.harness.client.result(run)).resolves.toMatchObject({
      outcome: 'created',
      generation: 1,
    });
  });

  test.concurrent('without a correction, leaves a hold with the same token', async () => {
    const account = freshAccount();
    await startHeld(account);
    const retried = await its.call(['retry', account, '--json']);
    expect(retried).toMatchObject({ code: 0, stderr: '' });
    expect(documentOf(retried)).toMatchObject({ accountId: account, stage: 'creating', generation: 1 });
    await expect(its.call(['watch', account])).resolves.toMatchObject({ code: 0 });
    expect(new Set(its.harness.creates(account).map(({ token }) => token)).size).toBe(1);
  });

  test.concurrent('--name and --tag are what a held run asks for from then on', async () => {
    const account = freshAccount();
    await startHeld(account);
    const args = ['retry', account, '--name', 'free', '--tag', 'team=a=b', '--tag', 'stage=prod'];
    const { code, stdout } = await its.call(args);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `Account ${account}: reconciling. Follow it with: identity-center watch ${account}\n`,
    });
    await expect(its.call(['watch', account])).resolves.toMatchObject({ code: 0 });
    expect(its.harness.created(account)).toMatchObject([
      { name: 'free', tags: { team: 'a=b', stage: 'prod' } },
    ]);
  });

  test.concurrent.each([
    [['--name', 'a b'], 'retry changed nothing: name: may hold letters'],
    [['--tag', 'novalue'], '--tag: "novalue" must be KEY=VALUE'],
  ])('%p in a hold: exit 2, saying what is wrong, and the run stays held', async (options, message) => {
    const account = freshAccount();
    await startHeld(account);
    const { code, stdout, stderr } = await its.call(['retry', account, ...options]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    await expect(its.harness.client.status(account)).resolves.toMatchObject({ stage: 'held' });
    await its.harness.client.cancel(account);
  });
});

describe('abort', () => {
  test.concurrent(
    'ends a held run with the reason; the status of the ended run waits for nobody',
    async () => {
      const account = freshAccount();
      await startHeld(account);
      const aborted = await its.call(['abort', account, '--reason', 'wrong account']);
      expect(aborted).toMatchObject({ code: 0, stderr: '' });
      expect(aborted.stdout).toContain('the run ends as failed');
      const watched = await its.call(['watch', account]);
      expect(watched.code).toBe(1);
      expect(watched.stdout).toMatch(/Failure +Aborted\nWhat happened +the run was aborted: wrong account; /);
      expect(watched.stdout).not.toContain('Waits for');
    },
  );

  test.concurrent('ends a paused run, which then is paused no more', async () => {
    const account = freshAccount();
    await startWaiting(account);
    await its.harness.client.pause(account);
    const aborted = await its.call(['abort', account, '--reason', 'wrong account', '--json']);
    expect(documentOf(aborted)).toMatchObject({ accountId: account });
    const last = documentsOf(await its.call(['watch', account, '--json'])).at(-1);
    expect(last).toMatchObject({ stage: 'failed', paused: false, failure: { type: 'Aborted' } });
    expect(last).not.toHaveProperty('pending');
  });

  test.concurrent('without --reason, or with an empty one: exit 2', async () => {
    const account = freshAccount();
    const missing = await its.call(['abort', account]);
    expect(missing).toMatchObject({ code: 2, stdout: '' });
    expect(missing.stderr).toContain('--reason');
    const empty = await its.call(['abort', account, '--reason', ' ', '--json']);
    expect(empty.code).toBe(2);
    expect(documentOf(empty)).toMatchObject({
      error: { type: 'SteeringRefusedError', order: 'abort', reason: 'reason: must not be empty' },
    });
  });
});

describe('orders that make no sense', () => {
  test.concurrent.each([
    [['abort', '--reason', 'no'], '"cancel" ends one at any stage'],
    [['retry', '--name', 'other'], 'can be corrected only while the run is held'],
  ])('%p while the run goes on: exit 2 with the reason', async ([verb = '', ...options], message) => {
    const account = freshAccount();
    await startWaiting(account);
    const { code, stdout, stderr } = await its.call([verb, account, ...options]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    const refused = await its.call([verb, account, ...options, '--json']);
    expect(refused.code).toBe(2);
    expect(documentOf(refused)).toMatchObject({
      error: { type: 'SteeringRefusedError', accountId: account, order: verb },
    });
    await its.harness.client.cancel(account);
  });

  test.concurrent('a pause of a held run: exit 2 with the reason', async () => {
    const held = freshAccount();
    await startHeld(held);
    const inHold = await its.call(['pause', held]);
    expect(inHold).toMatchObject({ code: 2, stderr: expect.stringContaining('is held') as string });
    await its.harness.client.cancel(held);
  });

  test.concurrent.each([['pause'], ['resume'], ['retry'], ['abort', '--reason', 'no'], ['cancel']])(
    '%s without an open run: exit 2, with what to do',
    async (verb, ...options) => {
      const account = freshAccount();
      const none = await its.call([verb, account, ...options]);
      expect(none).toMatchObject({ code: 2, stdout: '' });
      expect(none.stderr).toContain(`identity-center provision ${account}`);
      await expect(its.call([verb, '12', ...options])).resolves.toMatchObject({
        code: 2,
        stderr: expect.stringContaining('12 digits') as string,
      });
    },
  );
});
