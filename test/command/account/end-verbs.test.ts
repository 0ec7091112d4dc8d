import { workflowIdOf } from '../../../contract';
import { commandSuite, documentOf } from '../../support/command';
import { freshAccount, requestFor, until } from '../../support/harness';
import { startProvisioning } from '../../support/provisioning';
import { hurry, throttledOnce } from '../../support/steering';

const its = commandSuite(startProvisioning);

/** A run whose instance stays in CREATE_IN_PROGRESS. */
async function startWaiting(account: string): Promise<string> {
  its.harness.emulator.setFaults({ accounts: [account], creationMs: 600_000, deletionMs: 0 });
  const { runId } = await its.harness.client.start(requestFor(account, { timing: { activeTimeout: '10m' } }));
  await until(
    () => its.harness.created(account).length,
    (count) => count === 1,
  );
  return runId;
}

const ended = (account: string) =>
  until(
    () => its.harness.client.status(account),
    ({ status }) => status !== 'RUNNING',
  );

describe('watch', () => {
  test.concurrent('of a run that fails: exit 1, with what happened and the next step', async () => {
    const account = freshAccount();
    its.harness.emulator.setFaults({ accounts: [account], latencyMs: 1_000, organizationForbids: true });
    await its.harness.client.start(requestFor(account));
    const { code, stdout } = await its.call(['watch', account]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/creating[\s\S]*failed[\s\S]*Failure +AccessDeniedException/);
    expect(stdout).toMatch(/Next step +Enable account instances/);
  });

  test.concurrent('of a run that is cancelled: exit 4, saying what was deleted', async () => {
    const account = freshAccount();
    await startWaiting(account);
    const { finished, stdout } = its.begin(['watch', account]);
    await until(stdout, (seen) => seen.includes('waitingForActive'));
    await its.harness.client.cancel(account);
    const { code, stdout: all } = await finished;
    expect(code).toBe(4);
    expect(all).toMatch(/cancelled[\s\S]*was deleted/);
    expect(all).not.toContain('Under way');
  });

  test.concurrent('a held run is watched on, to its end', async () => {
    const account = freshAccount();
    const failNext = [{ operation: 'CreateInstance', error: 'ValidationException', times: 1 }];
    its.harness.emulator.setFaults({ accounts: [account], creationMs: 0, failNext });
    await its.harness.client.start(requestFor(account, { onFailure: 'hold' }));
    const { finished, stdout } = its.begin(['watch', account]);
    await until(stdout, (seen) => seen.includes('held'));
    await its.harness.client.retry(account);
    const { code, stdout: all } = await finished;
    expect(code).toBe(0);
    expect(all).toMatch(/held[\s\S]*active/);
  });

  test.concurrent(
    'shows a pause, its end, and the attempts after it, which count from one again',
    async () => {
      const account = freshAccount();
      // The back-off outlasts whatever this test waits for.
      const failNext = [
        { operation: 'CreateInstance', error: 'ThrottlingException', retryAfterSeconds: 600, times: 2 },
      ];
      its.harness.emulator.setFaults({ accounts: [account], creationMs: 0, failNext });
      await its.harness.client.start(requestFor(account, { timing: { createTimeout: '1h' } }));
      const { finished, stdout } = its.begin(['watch', account]);
      await until(stdout, (seen) => seen.includes('attempt 2'));
      await its.harness.client.pause(account);
      await until(stdout, (seen) => seen.includes('paused'));
      await its.harness.client.resume(account);
      await until(stdout, (seen) => /goes on\n[^]*attempt 2/.test(seen));
      await hurry(its.harness, account);
      const { code, stdout: all } = await finished;
      expect(code).toBe(0);
      expect(all).toMatch(/attempt 2[^]* paused\n[^]* goes on\n[^]*attempt 2[^]*active/);
    },
  );

  test.concurrent('of a run that was terminated in a hold: exit 1, and it waits for nobody', async () => {
    const account = freshAccount();
    its.harness.emulator.setFaults({ accounts: [account], organizationForbids: true });
    await its.harness.client.start(requestFor(account, { onFailure: 'hold' }));
    await until(
      () => its.harness.client.status(account),
      ({ stage }) => stage === 'held',
    );
    await its.harness.temporal.workflow.getHandle(workflowIdOf(account)).terminate();
    const { code, stdout } = await its.call(['watch', account, '--json']);
    expect(code).toBe(1);
    const last = documentOf({ code, stdout, stderr: '' });
    expect(last).toMatchObject({ stage: 'failed', status: 'TERMINATED', failure: { type: 'Terminated' } });
    expect(last).not.toHaveProperty('heldUntil');
    expect(last['since']).toBe(last['closedAt']);
  });
});

describe('cancel', () => {
  test.concurrent('--json: the end of the run as the one document, and exit 0', async () => {
    const account = freshAccount();
    await startWaiting(account);
    const finished = await its.call(['cancel', account, '--json']);
    expect(finished).toMatchObject({ code: 0, stderr: '' });
    expect(documentOf(finished)).toMatchObject({ accountId: account, stage: 'cancelled' });
    expect(its.harness.created(account)).toHaveLength(0);
  });

  test.concurrent('--no-wait: exit 0 as soon as the run is asked, with and without --json', async () => {
    const [forPeople, asJson] = [freshAccount(), freshAccount()];
    const [, runId] = await Promise.all([startWaiting(forPeople), startWaiting(asJson)]);
    const asked = await its.call(['cancel', forPeople, '--no-wait']);
    expect(asked).toMatchObject({ code: 0, stderr: '' });
    expect(asked.stdout).toContain(`identity-center watch ${forPeople}`);
    const document = documentOf(await its.call(['cancel', asJson, '--no-wait', '--json']));
    expect(document).toEqual({ accountId: asJson, workflowId: workflowIdOf(asJson), runId });
    for (const account of [forPeople, asJson])
      await expect(ended(account)).resolves.toMatchObject({ stage: 'cancelled' });
  });
});

describe('deprovision', () => {
  test.concurrent('for people: follows the deletion, says what was deleted, and exits 0', async () => {
    const account = freshAccount();
    const { instanceArn } = await its.harness.provision(account, { deletionMs: 1_500 });
    const { code, stdout } = await its.call(['deprovision', account, '--yes']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/reconciling[\s\S]*deleting[\s\S]*deleted[\s\S]*Outcome +deleted/);
    expect(stdout).toContain(`Instance       ${instanceArn}`);
    expect(its.harness.created(account)).toHaveLength(0);
    await expect(its.call(['status', account])).resolves.toMatchObject({ code: 0 });
  });

  test.concurrent('--json, and an account without an instance: one document each, exit 0', async () => {
    const account = freshAccount();
    await its.harness.provision(account, {});
    const deleted = await its.call(['deprovision', account, '--region', 'eu-west-1', '--yes', '--json']);
    expect(deleted).toMatchObject({ code: 0, stderr: '' });
    expect(documentOf(deleted)).toMatchObject({
      workflowType: 'deprovisionIdentityCenter',
      stage: 'deleted',
      result: { accountId: account, outcome: 'deleted', region: 'eu-west-1' },
    });
    expect(documentOf(await its.call(['deprovision', account, '--yes', '--json']))).toMatchObject({
      stage: 'deleted',
      result: { outcome: 'nothingThere' },
    });
  });

  test.concurrent('an instance without our tag stays, unless --any has its ARN', async () => {
    const account = freshAccount();
    const theirs = await its.harness.createdBySomebodyElse(account);
    const refused = await its.call(['deprovision', account, '--yes']);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toMatch(/Failure +InstanceNotOurs/);
    expect(refused.stdout).toMatch(new RegExp(`What happened .*${theirs}[\\s\\S]*Next step .*--any`));
    const other = theirs.replace(/.{3}$/, 'aaa');
    await expect(its.call(['deprovision', account, '--yes', '--any', other])).resolves.toMatchObject({
      code: 1,
    });
    expect(its.harness.created(account)).toHaveLength(1);
    await expect(its.call(['deprovision', account, '--yes', '--any', theirs])).resolves.toMatchObject({
      code: 0,
    });
    expect(its.harness.created(account)).toHaveLength(0);
  });

  test.concurrent('--no-wait: exit 0 with the run that was started; the same again joins it', async () => {
    const account = freshAccount();
    await its.harness.provision(account, throttledOnce('DeleteInstance'));
    const args = ['deprovision', account, '--yes', '--no-wait', '--json'];
    const started = await its.call(args);
    expect(started).toMatchObject({ code: 0, stderr: '' });
    expect(documentOf(started)).toMatchObject({ accountId: account, joined: false });
    expect(documentOf(await its.call(args))).toMatchObject({
      joined: true,
      runId: documentOf(started)['runId'],
    });
    await hurry(its.harness, account);
    await expect(ended(account)).resolves.toMatchObject({ stage: 'deleted' });
  });

  test.concurrent(
    'while a provisioning is open: exit 2, with what to do, and nothing is deleted',
    async () => {
      const account = freshAccount();
      await startWaiting(account);
      const { code, stderr } = await its.call(['deprovision', account, '--yes']);
      expect(code).toBe(2);
      expect(stderr).toContain(`identity-center cancel ${account}`);
      expect(its.harness.created(account)).toHaveLength(1);
      await its.harness.client.cancel(account);
    },
  );

  test.concurrent.each([
    ['--any', 'ssoins-1', 'must be the ARN of an instance'],
    ['--region', 'Ireland', 'region: must be an AWS Region code'],
  ])('%s %s: exit 2, saying what it must be', async (option, value, message) => {
    const { code, stdout, stderr } = await its.call(['deprovision', freshAccount(), option, value]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});
