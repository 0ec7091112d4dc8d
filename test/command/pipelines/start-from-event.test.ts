import Ajv2020 from 'ajv/dist/2020';
import { eventOutcomeJsonSchema } from '../../../pipelines/events';
import { eventsIn } from '../../../command/pipelines/read-events';
import { commandSuite, type Finished } from '../../support/command';
import { controlTowerEvent, createAccountEvent, sqsRecord } from '../../support/events';
import { freshAccount, handleOf, startHarness } from '../../support/harness';

const its = commandSuite(startHarness);

const isOutcome = new Ajv2020({ strict: true, allowUnionTypes: true }).compile({
  ...eventOutcomeJsonSchema(),
  additionalProperties: false,
});
const documentsOf = ({ stdout }: Finished) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => {
      const document = JSON.parse(line) as Record<string, unknown>;
      expect(isOutcome(document) ? [] : isOutcome.errors).toEqual([]);
      return document;
    });
const start = (stdin: unknown, ...args: string[]) =>
  its.command.run(['start-from-event', ...args], {
    stdin: typeof stdin === 'string' ? stdin : JSON.stringify(stdin),
  });

test.concurrent('an event on stdin: starts the run, waits for none, and exits 0', async () => {
  const account = freshAccount();
  const { code, stdout, stderr } = await start(
    controlTowerEvent(account),
    '--region',
    'eu-west-1',
    '--tag',
    'team=a',
  );
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(
    new RegExp(
      `^Account ${account}: was vended; to be provisioned in eu-west-1 \\(CreateManagedAccount.*\\)\\. Started run \\S+\\.\n$`,
    ),
  );
  await expect(handleOf(its.harness, account).result()).resolves.toMatchObject({ outcome: 'created' });
});

test.concurrent(
  'JSON Lines with --json: what came of each, one a line; what a person should look at exits 2',
  async () => {
    const [one, other] = [freshAccount(), freshAccount()];
    const lines = [
      controlTowerEvent(one),
      sqsRecord(createAccountEvent(other)),
      createAccountEvent(one, 'EMAIL_ALREADY_EXISTS'),
      { source: 'aws.s3' },
    ].map((it) => JSON.stringify(it));
    const rules = its.command.file(
      'rules.yaml',
      `defaults: {region: eu-west-1}\nrules:\n- {match: {account: "${other}"}, request: {name: other}}\n`,
    );
    const failed = await start(lines.join('\n'), '--json', '--rules', rules);
    expect(failed.code).toBe(1);
    expect(documentsOf(failed)).toMatchObject([
      {
        answer: 'provision',
        outcome: 'started',
        accountId: one,
        workflowId: `identity-center/${one}`,
        runId: expect.any(String) as string,
      },
      { answer: 'provision', request: { accountId: other, name: 'other' } },
      { answer: 'vendingFailed', outcome: 'nothing', reason: 'EMAIL_ALREADY_EXISTS' },
      { answer: 'notOurs', outcome: 'nothing' },
    ]);
    const broken = await start(`${lines[3]!}\n{"half\n${lines[3]!}`, '--json', '--rules', rules);
    expect(broken.code).toBe(2);
    expect(documentsOf(broken)).toMatchObject([
      { answer: 'notOurs' },
      { answer: 'unreadable', field: 'line 2', reason: 'is not valid JSON' },
      { answer: 'notOurs' },
    ]);
  },
);

test.concurrent(
  'an open run that was asked for something else: exit 2, with the difference, and the rest is served',
  async () => {
    const [one, other] = [freshAccount(), freshAccount()];
    its.harness.emulator.setFaults({ accounts: [one], creationMs: 600_000 });
    await start(controlTowerEvent(one), '--region', 'eu-west-1');
    const finished = await start(
      [controlTowerEvent(one), controlTowerEvent(other)],
      '--json',
      '--region',
      'us-east-1',
    );
    expect(finished.code).toBe(2);
    expect(documentsOf(finished)).toMatchObject([
      {
        outcome: 'failed',
        error: { type: 'RequestDiffersError' },
        message: expect.stringContaining('region is "eu-west-1"') as string,
      },
      { outcome: 'started', accountId: other },
    ]);
    await its.harness.client.cancel(one);
  },
);

test.concurrent('--dry-run says what would be done, and needs no server', async () => {
  const account = freshAccount();
  const nowhere = { TEMPORAL_ADDRESS: '127.0.0.1:9' };
  const args = ['start-from-event', '--region', 'eu-west-1'];
  const stdin = JSON.stringify(controlTowerEvent(account));
  const dry = await its.command.run([...args, '--dry-run'], { env: nowhere, stdin });
  expect(dry).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`Account ${account}: was vended`) as string,
  });
  await expect(its.command.run(args, { env: nowhere, stdin })).resolves.toMatchObject({ code: 5 });
  await expect(its.harness.client.status(account)).rejects.toMatchObject({ name: 'NoRunError' });
});

test.concurrent('wrong rules and options: exit 2, all problems, nothing started', async () => {
  const rules = its.command.file('wrong.yaml', 'defaults: {regoin: eu-west-1}\n');
  const wrong = await start({}, '--rules', rules);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toMatch(
    /wrong\.yaml:1: defaults\.regoin: unknown field \(did you mean "defaults\.region"\?\)/,
  );
  for (const args of [[], ['--region', 'x'], ['--region', 'eu-west-9']]) {
    const { code, stderr } = await start({}, ...args);
    expect([code, stderr.includes('region: ')]).toEqual([2, true]);
  }
  await expect(start({}, '--rules', 'none.yaml')).resolves.toMatchObject({ code: 2 });
  await expect(start({}, 'none.json', '--region', 'eu-west-1')).resolves.toMatchObject({ code: 2 });
});

test('events one after the other, as jq writes them, are taken apart', () => {
  const [one, other] = [{ a: '}{"', b: [1] }, { c: { d: '\\"]' } }];
  const pretty = `${JSON.stringify(one, null, 2)}\n${JSON.stringify(other, null, 2)}\n`;
  expect(eventsIn(pretty)).toEqual([{ event: one }, { event: other }]);
  expect(eventsIn(JSON.stringify([one, other]))).toEqual([{ event: one }, { event: other }]);
  expect(eventsIn(`${JSON.stringify(one)}\n\n${JSON.stringify(other)}`)).toEqual([
    { event: one },
    { event: other },
  ]);
  expect(eventsIn('')).toMatchObject([{ problem: { message: 'is empty' } }]);
  expect(eventsIn(`${pretty}{\n"half":`)).toMatchObject([{}, {}, { problem: { field: 'line 12' } }]);
});
