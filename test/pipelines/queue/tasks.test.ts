import { randomUUID } from 'node:crypto';
import { ANSWER_TASK_WORKFLOW, TASK_WORKFLOW_PREFIX, type TaskOutput } from '../../../contract';
import { useConsumers } from '../../support/consumers';
import { controlTowerEvent } from '../../support/events';
import { freshAccount, until } from '../../support/harness';
import { createQueue } from '../../support/queue';

const consuming = useConsumers();

/** What a task was answered. */
async function answerOf(taskToken: string) {
  const all = await until(
    () =>
      consuming()
        .emulator.tasks()
        .filter((it) => it.taskToken === taskToken),
    ([task]) => task?.status !== 'open',
  );
  return all[0]!;
}

test('tasks of Step Functions are answered at the end of their runs, once', async () => {
  const queue = await createQueue(consuming().emulator);
  const [byEvent, byAccount, failing] = [freshAccount(), freshAccount(), freshAccount()];
  const tokens = [1, 2, 3].map(() => consuming().emulator.createTask({ heartbeatSeconds: 60 }));
  const [first, second, third] = tokens as [string, string, string];
  consuming().emulator.setFaults({ accounts: [failing], creationMs: 0, createFails: 'quota' });
  await consuming().consume(queue);
  const tasks = [
    { taskToken: first, event: controlTowerEvent(byEvent) },
    { taskToken: second, accountId: byAccount, request: { name: 'named', tags: { team: 'x' } } },
    { taskToken: third, accountId: failing },
  ];
  await queue.send([...tasks, ...tasks]);
  await consuming().isEmpty(queue);
  const outputs = await Promise.all([first, second].map(answerOf));
  const [one, two] = outputs.map(({ output = '{}' }) => JSON.parse(output) as TaskOutput);
  expect(one).toMatchObject({
    status: 'ACTIVE',
    accountId: byEvent,
    workflowId: `identity-center/${byEvent}`,
    instanceArn: consuming().instancesOf(byEvent)[0]?.instanceArn,
    identityStoreId: expect.stringMatching(/^d-/) as string,
    outcome: 'created',
  });
  expect(two).toMatchObject({ status: 'ACTIVE', accountId: byAccount, outcome: 'created' });
  expect(consuming().instancesOf(byAccount)).toMatchObject([{ name: 'named', tags: { team: 'x' } }]);
  await expect(answerOf(third)).resolves.toMatchObject({
    status: 'failed',
    error: 'createFailed',
    cause: expect.stringContaining(`Account ${failing}`) as string,
  });
});

test('a task is answered at once where nothing is to be started; nothing is started for a token that AWS does not know', async () => {
  const queue = await createQueue(consuming().emulator);
  const [ignored, forbidden, unknown] = [freshAccount(), freshAccount(), freshAccount()];
  const tokens = Array.from({ length: 4 }, () => consuming().emulator.createTask());
  const [ignoring, refusing, wrong, over] = tokens as [string, string, string, string];
  const { log } = await consuming().consume(queue, {
    yaml: `allowedAccounts: ["${ignored}"]\nrules: [{match: {account: "${ignored}"}, action: ignore}]`,
  });
  await queue.send([
    { taskToken: ignoring, accountId: ignored },
    { taskToken: refusing, accountId: forbidden },
    { taskToken: wrong, accountId: ignored, request: { nmae: 'x' } },
    { taskToken: 'made up', accountId: unknown },
  ]);
  await consuming().isEmpty(queue);
  await expect(answerOf(ignoring)).resolves.toMatchObject({
    status: 'succeeded',
    output: expect.stringContaining('"status":"NOTHING_TO_DO"') as string,
  });
  await expect(answerOf(refusing)).resolves.toMatchObject({ status: 'failed', error: 'refused' });
  await expect(answerOf(wrong)).resolves.toMatchObject({
    status: 'failed',
    error: 'unreadable',
    cause: expect.stringContaining('nmae') as string,
  });
  expect(log.find(({ level }) => level === 'WARN')?.message).toContain(
    '(InvalidToken): its message is deleted',
  );
  for (const account of [ignored, forbidden, unknown])
    await expect(consuming().client.status(account)).rejects.toMatchObject({ name: 'NoRunError' });
  // Nobody waits any more: the run goes on, and its end is told to nobody.
  const id = `${TASK_WORKFLOW_PREFIX}${randomUUID()}`;
  const account = freshAccount();
  const { runId } = await consuming().client.start({ accountId: account, region: 'eu-west-1' });
  consuming().emulator.reset();
  const request = { taskToken: over, region: 'eu-west-1', accountId: account, runId };
  await expect(
    consuming().temporal.workflow.execute(ANSWER_TASK_WORKFLOW, {
      workflowId: id,
      taskQueue: consuming().taskQueue,
      args: [request],
    }),
  ).resolves.toEqual({ answer: 'forgotten', reason: 'TaskDoesNotExist' });
});

test('a task waits through a hold with a beating heart, and rules may refuse tasks', async () => {
  const queue = await createQueue(consuming().emulator);
  const account = freshAccount();
  const token = consuming().emulator.createTask({ heartbeatSeconds: 60 });
  consuming().emulator.setFaults({ accounts: [account], creationMs: 0, createFails: 'quota' });
  await consuming().consume(queue);
  await queue.send([{ taskToken: token, accountId: account, request: { onFailure: 'hold' } }]);
  await until(
    () =>
      consuming()
        .client.status(account)
        .catch(() => undefined),
    (status) => status?.stage === 'held',
  );
  await until(
    () =>
      consuming()
        .emulator.tasks()
        .find((it) => it.taskToken === token),
    (task) => (task?.heartbeats ?? 0) >= 2,
  );
  await consuming().client.abort(account, 'not wanted');
  await expect(answerOf(token)).resolves.toMatchObject({
    status: 'failed',
    cause: expect.stringContaining('not wanted') as string,
  });
  const refusing = await createQueue(consuming().emulator);
  await consuming().consume(refusing, { yaml: 'tasks: refuse' });
  await refusing.send([{ taskToken: consuming().emulator.createTask(), accountId: account }]);
  await until(
    () => refusing.dead(),
    (dead) => dead.length === 1,
  );
});
