import path from 'node:path';
import { commandSuite, documentOf } from '../../support/command';
import { freshAccount, startHarness, until } from '../../support/harness';
import { notesOf } from '../../support/steering';

const its = commandSuite(startHarness);

let files = 0;
function manifest(...lines: string[]): { file: string; name: string } {
  files += 1;
  const file = its.command.file(
    `followed-${process.pid}-${files}.csv`,
    ['accountId,region,onFailure', ...lines].join('\n'),
  );
  return { file, name: path.parse(file).name };
}

test.concurrent(
  'with only held accounts left: exit 3, saying so; --wait-held stays; retry says what it tries',
  async () => {
    const [held, good] = [freshAccount(), freshAccount()];
    its.harness.emulator.setFaults({ accounts: [held], organizationForbids: true });
    const { file, name } = manifest(`${held},eu-west-1,hold`, `${good},eu-west-1,`);
    const { code, stdout } = await its.call(['fleet', 'start', file]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/\nStage +running: waits for 1 held account\n/);
    expect(stdout).toContain(`identity-center fleet retry ${name}`);
    const watched = await its.call(['fleet', 'watch', name, '--json']);
    expect(watched.code).toBe(3);
    const events = watched.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(events).toMatchObject([
      { event: 'status', held: 1, open: 1 },
      { event: 'held', accountId: held, failure: { situation: 'organizationForbids' } },
    ]);
    await its.call(['fleet', 'pause', name]);
    await its.call(['fleet', 'resume', name]);
    expect(await notesOf(its.harness, held)).toEqual([]);
    const { finished, stdout: seen } = its.begin(['fleet', 'watch', name, '--wait-held']);
    await until(seen, (text) => text.includes('1 held'));
    its.harness.emulator.setFaults({ accounts: [held], organizationForbids: false });
    const retried = await its.call(['fleet', 'retry', name]);
    expect(retried.stdout).toContain(
      `Fleet ${name}: tries again 1 account: 0 failed, 1 held, 0 not ready. Follow it with: identity-center fleet watch ${name}`,
    );
    expect((await finished).code).toBe(0);
  },
);

test.concurrent('a fleet that has stopped says at which count', async () => {
  const ids = Array.from({ length: 4 }, freshAccount);
  its.harness.emulator.setFaults({ accounts: ids, organizationForbids: true });
  const { file } = manifest(...ids.map((id) => `${id},eu-west-1,`));
  const options = ['--max-concurrent', '1', '--stop-after-failures', '25%'];
  const { code, stdout } = await its.call(['fleet', 'start', file, ...options]);
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /\nStage +done: has stopped at \d failed, as stopAfterFailures is 25%: \d skipped, every other account has ended\n/,
  );
});

test.concurrent('--timeout: exit 3, with how to follow what goes on', async () => {
  const ids = [freshAccount(), freshAccount()];
  its.harness.emulator.setFaults({ accounts: ids, creationMs: 600_000, deletionMs: 600_000 });
  const { file, name } = manifest(...ids.map((id) => `${id},eu-west-1,`));
  const next = `identity-center fleet watch ${name}`;
  const started = await its.call(['fleet', 'start', file, '--timeout', '1s']);
  expect(started.code).toBe(3);
  expect(started.stdout).toContain(
    `Fleet ${name}: still running after 1s, and goes on; follow it with: ${next}`,
  );
  const watched = await its.call(['fleet', 'watch', name, '--timeout', '500ms', '--json']);
  expect(watched.code).toBe(3);
  expect(JSON.parse(watched.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
    event: 'status',
    timedOut: true,
    next,
  });
  const cancelled = await its.call(['fleet', 'cancel', name, '--timeout', '500ms', '--json']);
  expect(cancelled.code).toBe(3);
  expect(documentOf(cancelled)).toMatchObject({ status: 'RUNNING', timedOut: true, next });
  its.harness.emulator.setFaults({ accounts: ids, deletionMs: 0 });
});

test.concurrent('fleet plan --timeout: exit 3, with what was looked at', async () => {
  const account = freshAccount();
  its.harness.emulator.setFaults({ accounts: [account], latencyMs: 5_000 });
  const { file } = manifest(`${account},eu-west-1,`);
  const { code, stdout } = await its.call(['fleet', 'plan', file, '--timeout', '1s', '--json']);
  expect(code).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({ accounts: 0, plans: [], timedOut: true });
  its.harness.emulator.setFaults({ accounts: [account], latencyMs: 0 });
});
