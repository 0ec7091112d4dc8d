import { commandSuite } from '../support/command';
import { startFleets } from '../support/fleets';
import { freshAccount, requestFor, until } from '../support/harness';

const its = commandSuite(startFleets);

const slow = (account: string) => {
  its.harness.emulator.setFaults({ accounts: [account], creationMs: 600_000, deletionMs: 600_000 });
};

/** Starts a verb, interrupts it once it follows, and returns what it left. */
async function interrupted(args: string[], signal: NodeJS.Signals = 'SIGINT') {
  const { child, finished, stdout } = its.command.start(args);
  await until(stdout, (seen) => /waitingForActive|held|░/.test(seen));
  child.kill(signal);
  return finished;
}

test('Ctrl-C on whatever follows a run says that it goes on, and how to look again and to stop it', async () => {
  const account = freshAccount();
  slow(account);
  const goesOn = `Account ${account}: the run goes on; follow it with: identity-center watch ${account}; stop it with: identity-center cancel ${account}\n`;
  const provision = ['provision', account, '--region', 'eu-west-1'];
  expect(await interrupted(provision)).toMatchObject({ code: 130, stderr: goesOn });
  expect(await interrupted(['watch', account], 'SIGTERM')).toMatchObject({ code: 143, stderr: goesOn });
  const json = await interrupted(['watch', account, '--json'], 'SIGHUP');
  expect(json).toMatchObject({ code: 129, stderr: goesOn });
  for (const line of json.stdout.trim().split('\n')) JSON.parse(line);
  expect(await its.harness.client.status(account)).toMatchObject({ status: 'RUNNING' });
});

test('Ctrl-C on whatever follows a fleet as well', async () => {
  const account = freshAccount();
  slow(account);
  const file = its.command.file('fleet.json', JSON.stringify([requestFor(account)]));
  const name = its.harness.freshName();
  const goesOn = `Fleet ${name}: it goes on; follow it with: identity-center fleet watch ${name}; stop it with: identity-center fleet cancel ${name}\n`;
  const start = ['fleet', 'start', file, '--fleet-name', name];
  expect(await interrupted(start)).toMatchObject({ code: 130, stderr: goesOn });
  expect(await interrupted(['fleet', 'watch', name])).toMatchObject({ code: 130, stderr: goesOn });
  expect(await its.harness.client.fleets.status(name)).toMatchObject({ status: 'RUNNING' });
});

test('Ctrl-C on a plan ends it, and nothing of it goes on', async () => {
  const account = freshAccount();
  its.harness.emulator.setFaults({
    accounts: [account],
    failNext: [
      { operation: 'ListInstances', error: 'ThrottlingException', retryAfterSeconds: 600, times: 1 },
    ],
  });
  const file = its.command.file('plan.json', JSON.stringify([requestFor(account)]));
  const { child, finished } = its.command.start(['fleet', 'plan', file]);
  await its.harness.called(account, 'ListInstances');
  child.kill('SIGINT');
  expect(await finished).toEqual({
    code: 130,
    stdout: '',
    stderr: 'The plan was broken off; nothing was written to AWS, and nothing goes on.\n',
  });
  const { taskQueue, temporal } = its.harness;
  const query = `WorkflowType = 'planFleetPage' AND TaskQueue = '${taskQueue}' AND ExecutionStatus = `;
  const count = async (status: string) => (await temporal.workflow.count(`${query}'${status}'`)).count;
  await until(
    () => count('Terminated'),
    (terminated) => terminated === 1,
  );
  expect(await count('Running')).toBe(0);
});
