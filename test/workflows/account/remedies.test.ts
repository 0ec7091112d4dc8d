import { CreateInstanceCommand, SSOAdminClient } from '@aws-sdk/client-sso-admin';
import { freshAccount, requestFor, until } from '../../support/harness';
import { failureOf, startProvisioning, type ProvisioningHarness } from '../../support/provisioning';

// What the remedies of the table of failures say is done here, and has to work.

let harness: ProvisioningHarness;
beforeAll(async () => {
  harness = await startProvisioning();
});
afterAll(() => harness.stop());

const deprovision = (accountId: string, instanceArn?: string) =>
  harness.client.deprovision({
    accountId,
    region: 'eu-west-1',
    timing: requestFor(accountId).timing,
    ...(instanceArn === undefined ? {} : { instanceArn }),
  });

const recreate = { onCreateFailed: 'recreate' } as const;

test.concurrent.each([
  ['the same name', 'one'],
  ['another name', 'two'],
  ['no name', undefined],
])('createFailed: started again with recreate, and %s', async (_what, name) => {
  const account = freshAccount();
  const failure = await failureOf(harness.provision(account, { createFails: 'no room' }, { name: 'one' }));
  expect(failure).toMatchObject({
    type: 'CreateFailed',
    remedy: expect.stringContaining('onCreateFailed "recreate"') as string,
  });
  const again = name === undefined ? recreate : { ...recreate, name };
  await expect(harness.provision(account, {}, again)).resolves.toMatchObject({
    outcome: 'created',
    generation: 2,
  });
  expect(harness.created(account)).toHaveLength(1);
  expect(harness.created(account)[0]?.name).toBe(name);
});

test.concurrent(
  'createFailed, then another name without recreate: CreateFailed again, with its way out',
  async () => {
    const account = freshAccount();
    await failureOf(harness.provision(account, { createFails: 'no room' }, { name: 'one' }));
    const failure = await failureOf(harness.provision(account, {}, { name: 'two' }));
    expect(failure).toMatchObject({
      type: 'CreateFailed',
      whatHappened: expect.stringContaining('no room') as string,
      remedy: expect.stringContaining('recreate') as string,
    });
    expect(harness.created(account).map(({ status }) => status)).toEqual(['CREATE_FAILED']);
  },
);

test.concurrent('createFailed, held: retried with another name', async () => {
  const account = freshAccount();
  await failureOf(harness.provision(account, { createFails: 'no room' }, { name: 'one' }));
  const { result } = await harness.start(account, {}, { name: 'two', onFailure: 'hold' });
  await until(
    () => harness.client.status(account),
    ({ stage }) => stage === 'held',
  );
  await harness.client.retry(account, { name: 'three' });
  await expect(result).resolves.toMatchObject({ outcome: 'created' });
  expect(harness.created(account)).toMatchObject([{ name: 'three' }]);
});

test.concurrent('createFailed: deprovision takes it, though its tags cannot be read', async () => {
  const account = freshAccount();
  await failureOf(harness.provision(account, { createFails: 'no room' }, { name: 'one' }));
  await expect(deprovision(account)).resolves.toMatchObject({ outcome: 'deleted' });
  await expect(harness.provision(account, {}, { name: 'two' })).resolves.toMatchObject({
    outcome: 'created',
  });
  expect(harness.created(account)).toMatchObject([{ name: 'two' }]);
});

test.concurrent('a failed instance that somebody else asked for: recreate takes it', async () => {
  const account = freshAccount();
  harness.emulator.setFaults({ accounts: [account], createFails: 'no room', creationMs: 0 });
  const credentials = await harness.assumeRole(account);
  const owner = new SSOAdminClient({ region: 'us-east-1', endpoint: harness.emulator.url, credentials });
  await owner.send(new CreateInstanceCommand({}));
  await expect(harness.provision(account, {}, recreate)).resolves.toMatchObject({ outcome: 'created' });
  expect(harness.created(account)).toHaveLength(1);
});

test.concurrent(
  'parameterMismatch: deprovisioned, then provisioned with another name, tags or Region, up to three tokens',
  async () => {
    const account = freshAccount();
    await harness.provision(account, {}, { name: 'one' });
    for (const [other, generation] of [
      [{ name: 'two', tags: { team: 'b' } }, 2],
      [{ name: 'one', region: 'eu-central-1' }, 3],
    ] as const) {
      await deprovision(account);
      const result = await harness.provision(account, {}, other);
      expect(result).toMatchObject({ outcome: 'created', generation });
      expect(result.differences).toBeUndefined();
      expect(harness.created(account)).toMatchObject([other]);
    }
    await deprovision(account);
    await expect(failureOf(harness.provision(account, {}, { name: 'four' }))).resolves.toMatchObject({
      type: 'GenerationsExhausted',
    });
  },
);

test.concurrent('parameterMismatch: looks twice before the next token', async () => {
  const account = freshAccount();
  const failNext = [{ operation: 'CreateInstance', error: 'IdempotentParameterMismatch', times: 1 }];
  const { generation } = await harness.provision(account, { failNext });
  expect(generation).toBe(2);
  // The first look of all comes before the first call.
  expect(harness.calls(account, 'ListInstances')).toBe(3);
});

test.concurrent('generationsExhausted: an instance made in the console is adopted', async () => {
  const account = freshAccount();
  const exhausted = await failureOf(harness.provision(account, { createFails: 'no room' }, recreate));
  expect(exhausted).toMatchObject({
    type: 'GenerationsExhausted',
    remedy: expect.stringContaining('existing "adopt"') as string,
  });
  expect(harness.created(account)).toEqual([]);
  const theirs = await harness.createdBySomebodyElse(account);
  await expect(failureOf(harness.provision(account, {}))).resolves.toMatchObject({ type: 'InstanceExists' });
  await expect(harness.provision(account, {}, { existing: 'adopt' })).resolves.toMatchObject({
    outcome: 'adopted',
    instanceArn: theirs,
  });
});

test.concurrent('instanceExists: adopted, or deleted with its ARN and made anew', async () => {
  const [adopts, deletes] = [freshAccount(), freshAccount()];
  for (const account of [adopts, deletes]) {
    const theirs = await harness.createdBySomebodyElse(account);
    await expect(failureOf(harness.provision(account, {}))).resolves.toMatchObject({
      type: 'InstanceExists',
      remedy: expect.stringContaining('adopt') as string,
    });
    if (account === adopts) {
      await expect(harness.provision(account, {}, { existing: 'adopt' })).resolves.toMatchObject({
        outcome: 'adopted',
      });
      continue;
    }
    await expect(failureOf(deprovision(account))).resolves.toMatchObject({
      type: 'InstanceNotOurs',
      remedy: expect.stringContaining('--any') as string,
    });
    await deprovision(account, theirs);
    await expect(harness.provision(account, {})).resolves.toMatchObject({ outcome: 'created' });
  }
});

test.concurrent('invalidParameter: started again with the field corrected', async () => {
  const account = freshAccount();
  const failNext = [{ operation: 'CreateInstance', error: 'ValidationException', message: 'name', times: 1 }];
  await failureOf(harness.provision(account, { failNext }, { name: 'bad' }));
  await expect(harness.provision(account, {}, { name: 'good' })).resolves.toMatchObject({
    outcome: 'created',
  });
});

test.concurrent('conflict: started again later', async () => {
  const failNext = [{ operation: 'CreateInstance', error: 'ConflictException', times: 10_000 }];
  const more = { timing: { createTimeout: '2s' } };
  const { account, failure } = await harness.failedAfterTwo('CreateInstance', { failNext }, more);
  expect(failure.type).toBe('ConflictException');
  await expect(harness.provision(account, {})).resolves.toMatchObject({ outcome: 'created', generation: 1 });
});
