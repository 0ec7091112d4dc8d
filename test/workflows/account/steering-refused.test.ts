import { NoRunError, SteeringRefusedError } from '../../../client';
import type { Steer } from '../../../contract';
import { freshAccount } from '../../support/harness';
import { startProvisioning, type ProvisioningHarness } from '../../support/provisioning';
import { hurry, notesOf, progressOf, signal, startWaiting } from '../../support/steering';

let harness: ProvisioningHarness;
beforeAll(async () => {
  harness = await startProvisioning();
});
afterAll(() => harness.stop());

test.concurrent(
  'an Update is refused with the reason; a signal is noted; neither changes anything',
  async () => {
    const account = freshAccount();
    const { end } = await startWaiting(harness, account);
    await expect(harness.client.abort(account, 'no')).rejects.toThrow(
      new SteeringRefusedError(
        account,
        'abort',
        '"abort" ends a held or paused run; "cancel" ends one at any stage',
      ),
    );
    await expect(harness.client.retry(account, { name: 'other' })).rejects.toThrow(
      'only while the run is held',
    );
    await signal(harness, account, 'abort');
    await signal(harness, account, 'abort', '   ');
    await signal(harness, account, 'retry', { nmae: 'other' });
    await signal(harness, account, 'stop' as Steer);
    await expect(notesOf(harness, account)).resolves.toEqual([
      'abort changed nothing: reason: must be a text in JSON: "…"',
      'abort changed nothing: reason: must not be empty',
      'retry changed nothing: nmae: unknown field (did you mean "name"?)',
      'stop changed nothing: there are pause, resume, retry, abort',
    ]);
    await expect(end()).resolves.toMatchObject({ outcome: 'created' });
  },
);

test.concurrent('an argument that cannot be decoded is noted, and breaks nothing', async () => {
  const account = freshAccount();
  const { run, end } = await startWaiting(harness, account);
  for (const [encoding, data] of [
    ['json/plain', '{"half'],
    ['binary/encrypted', 'x'],
    ['json/protobuf', '{"nmae": "other"}'],
  ] as const) {
    await harness.temporal.workflowService.signalWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: run.workflowId },
      signalName: 'retry',
      input: { payloads: [{ metadata: { encoding: Buffer.from(encoding) }, data: Buffer.from(data) }] },
    });
  }
  await expect(notesOf(harness, account)).resolves.toEqual([
    'retry changed nothing: argument: cannot be read as JSON',
    'retry changed nothing: argument: cannot be read as JSON',
    'retry changed nothing: nmae: unknown field (did you mean "name"?)',
  ]);
  await expect(end()).resolves.toMatchObject({ outcome: 'created' });
});

test.concurrent(
  'doubled: the second finds it so already, which an Update says and a signal need not',
  async () => {
    const account = freshAccount();
    const { end } = await startWaiting(harness, account);
    await signal(harness, account, 'pause');
    await signal(harness, account, 'pause');
    await expect(harness.client.pause(account)).resolves.toMatchObject({
      paused: true,
      note: 'the run was paused already',
    });
    await signal(harness, account, 'resume');
    await signal(harness, account, 'resume');
    await expect(harness.client.resume(account)).resolves.toMatchObject({
      paused: false,
      note: 'the run was not paused',
    });
    await expect(notesOf(harness, account)).resolves.toEqual([]);
    await end();
  },
);

test.concurrent('after the end, and without a run: refused as no open run', async () => {
  const account = freshAccount();
  await expect(harness.client.pause(account)).rejects.toBeInstanceOf(NoRunError);
  await harness.provision(account, {});
  await expect(harness.client.pause(account)).rejects.toBeInstanceOf(NoRunError);
  await expect(signal(harness, account, 'pause')).rejects.toThrow();
  expect((await harness.client.status(account)).stage).toBe('active');
});

test.concurrent('a thousand signals in a row: one instance, a short list of notes', async () => {
  const account = freshAccount();
  const failNext = [
    { operation: 'DescribeInstance', error: 'ThrottlingException', retryAfterSeconds: 600, times: 1_000 },
  ];
  const { result } = await harness.start(account, { failNext });
  const names: Steer[] = ['retry', 'pause', 'resume', 'resume', 'abort'];
  for (let batch = 0; batch < 20; batch += 1) {
    const each = Array.from({ length: 50 }, (_, index) => names[index % names.length]!);
    await Promise.all(each.map((name) => signal(harness, account, name)));
  }
  expect((await notesOf(harness, account)).length).toBeLessThanOrEqual(10);
  if ((await progressOf(harness, account)).paused) await signal(harness, account, 'resume');
  harness.emulator.setFaults({ accounts: [account], failNext: [] });
  await hurry(harness, account);
  await expect(result).resolves.toMatchObject({ accountId: account });
  expect(harness.created(account)).toHaveLength(1);
});
