import { clientToken, workflowIdOf } from '../../../contract';
import { freshAccount } from '../../support/harness';
import { failureOf, startProvisioning, type ProvisioningHarness } from '../../support/provisioning';
import { UNSEEN } from '../../support/steering';

let aws: ProvisioningHarness;
beforeAll(async () => {
  aws = await startProvisioning();
});
afterAll(() => aws.stop());

describe('nothing in the way', () => {
  test('the run ends ACTIVE with what AWS made, by one activity, in 12 events and 2 workflow tasks', async () => {
    const account = freshAccount();
    const result = await aws.provision(account, {}, { name: 'workforce', tags: { team: 'identity' } });
    const [instance] = aws.created(account);
    expect(result).toEqual({
      accountId: account,
      region: 'eu-west-1',
      instanceArn: instance?.instanceArn,
      identityStoreId: instance?.identityStoreId,
      status: 'ACTIVE',
      outcome: 'created',
      clientToken: clientToken(workflowIdOf(account)),
      generation: 1,
    });
    expect(instance).toMatchObject({
      name: 'workforce',
      tags: { team: 'identity', 'identity-center-orchestrator:workflow-id': workflowIdOf(account) },
    });
    const events = await aws.eventsOf(account);
    expect(events).toHaveLength(12);
    expect(events.filter((event) => event.workflowTaskCompletedEventAttributes)).toHaveLength(2);
    expect(events.filter((event) => event.activityTaskScheduledEventAttributes)).toHaveLength(1);
    expect(events.filter((event) => event.upsertWorkflowSearchAttributesEventAttributes)).toHaveLength(1);
    const { workflowExecutionInfo } = await aws.temporal.workflowService.describeWorkflowExecution({
      namespace: 'default',
      execution: { workflowId: workflowIdOf(account) },
    });
    const [began, ended] = [
      events.find((event) => event.activityTaskStartedEventAttributes),
      events.find((event) => event.activityTaskCompletedEventAttributes),
    ].map((event) => Number(event?.eventTime?.seconds) + Number(event?.eventTime?.nanos) / 1e9);
    // One that takes longer than two seconds, as on a busy machine, shows that it lives.
    const heartbeats = Math.floor((Number(ended) - Number(began)) / 2);
    expect(Number(workflowExecutionInfo?.stateTransitionCount)).toBeLessThanOrEqual(8 + heartbeats);
  });

  test('an instance that takes longer is waited for without a worker slot and without more history', async () => {
    const account = freshAccount();
    await aws.provision(account, { creationMs: 15_000 }, { timing: { pollInterval: '1s' } });
    const events = await aws.eventsOf(account);
    expect(events).toHaveLength(19);
    const looks = aws.emulator.calls({ account, operation: 'DescribeInstance' });
    expect(looks.length).toBeGreaterThan(7);
    expect(looks.length).toBeLessThan(15);
  });

  test('a second run of the account finds its instance and makes none', async () => {
    const account = freshAccount();
    const first = await aws.provision(account, {});
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const second = await aws.provision(account, {});
    expect(second).toEqual({ ...first, outcome: 'alreadyProvisioned' });
    expect(aws.created(account)).toHaveLength(1);
  });
});

describe('what becomes of the instance', () => {
  test.concurrent('CREATE_FAILED with onCreateFailed "fail": ends with AWS\'s reason', async () => {
    const account = freshAccount();
    const failure = await failureOf(aws.provision(account, { createFails: 'no KMS key' }));
    expect(failure).toMatchObject({ type: 'CreateFailed' });
    expect(failure.message).toContain('no KMS key');
    expect(failure.message).toContain(aws.created(account)[0]?.instanceArn);
  });

  test.concurrent(
    'CREATE_FAILED with "recreate": the failed one is deleted, the next generation made',
    async () => {
      const account = freshAccount();
      const undeletable = { operation: 'DeleteInstance', error: 'InternalServerException', times: 10_000 };
      const running = aws.provision(
        account,
        { createFails: 'no KMS key', failNext: [undeletable] },
        { onCreateFailed: 'recreate' },
      );
      await aws.called(account, 'DeleteInstance');
      aws.emulator.setFaults({ accounts: [account], creationMs: 0, deletionMs: 0 });
      const result = await running;
      expect(result).toMatchObject({
        outcome: 'created',
        generation: 2,
        clientToken: clientToken(workflowIdOf(account), 2),
      });
      expect(aws.created(account).map((it) => it.status)).toEqual(['ACTIVE']);
    },
  );

  test.concurrent('an ARN that is deleted already: the next generation', async () => {
    const account = freshAccount();
    const first = await aws.provision(account, {});
    await aws.deleteInstance(account, first.instanceArn);
    const second = await aws.provision(account, {});
    expect(second).toMatchObject({ outcome: 'created', generation: 2 });
    expect(second.instanceArn).not.toBe(first.instanceArn);
  });

  test.concurrent('three generations that lead nowhere: says so', async () => {
    const account = freshAccount();
    const failure = await failureOf(
      aws.provision(account, { createFails: 'never' }, { onCreateFailed: 'recreate' }),
    );
    expect(failure.type).toBe('GenerationsExhausted');
    const tokens = aws.creates(account).map((call) => call.token);
    expect(tokens).toEqual([1, 2, 3].map((generation) => clientToken(workflowIdOf(account), generation)));
  });

  test.concurrent(
    'still not ACTIVE at activeTimeout: says so; the next run goes on with the same instance',
    async () => {
      const account = freshAccount();
      const running = failureOf(
        aws.provision(account, { creationMs: 15_000 }, { timing: { activeTimeout: '3s' } }),
      );
      await aws.called(account, 'DescribeInstance');
      aws.emulator.setFaults({ accounts: [account], failNext: [UNSEEN] });
      expect((await running).type).toBe('ActiveTimeout');
      const result = await aws.provision(account, {});
      expect(result.instanceArn).toBe(aws.created(account)[0]?.instanceArn);
      expect(aws.created(account)).toHaveLength(1);
    },
  );
});
