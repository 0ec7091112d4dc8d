import { IdentityCenterClient } from '../../client';
import { SEARCH_ATTRIBUTE_NAMES } from '../../contract';
import { commandFor, documentOf, type CommandRunner } from '../support/command';
import { freshAccount, requestFor, startHarness, until, type Harness } from '../support/harness';

// SQL visibility has room for ten Keywords. Each test goes on from the last.
const OWN = Array.from({ length: 6 }, (_, index) => `Owned${index}`);
const OTHER_TYPE = 'IdentityCenterFleet';
const FIT = ['IdentityCenterStage', 'IdentityCenterAccountId', 'IdentityCenterInstanceArn'];
const LACKING = SEARCH_ATTRIBUTE_NAMES.filter((name) => !FIT.includes(name) && name !== OTHER_TYPE);

let harness: Harness;
let command: CommandRunner;

beforeAll(async () => {
  const own = OWN.map((name) => [name, 'Keyword'] as const);
  // One more of theirs, so that not all of ours have room, and one of our name that is of another type.
  const searchAttributes = {
    ...Object.fromEntries(own),
    Owned6: 'Keyword',
    [OTHER_TYPE]: 'Int',
  } as const;
  harness = await startHarness({ ownServer: { searchAttributes } });
  command = commandFor(harness);
});
afterAll(async () => {
  command.dispose();
  await harness.stop();
});

type Check = Record<'check' | 'found' | 'remedy', string> & { ok: boolean };
async function checkOf(args: string[]): Promise<Check> {
  const checks = documentOf(await command.run([...args, '--json']))['checks'] as Check[];
  return checks.find(({ check }) => check === 'search attributes')!;
}

test('doctor names what is missing, and what is of another type', async () => {
  const { ok, found, remedy } = await checkOf(['doctor']);
  expect(ok).toBe(false);
  for (const name of [...FIT, ...LACKING]) expect(found).toContain(name);
  expect(found).toContain(`of another type than Keyword: ${OTHER_TYPE} (Int)`);
  expect(remedy).toContain(`search-attribute remove --namespace default --name ${OTHER_TYPE}`);
});

test('doctor --fix registers as many as have room, and names the rest with what to do', async () => {
  const { ok, found, remedy } = await checkOf(['doctor', '--fix']);
  expect(ok).toBe(false);
  expect(found).toContain(`registered now: ${FIT.join(', ')}`);
  expect(found).toContain(`not taken: ${LACKING.join(', ')}`);
  expect(found).toContain(`${OTHER_TYPE} (Int)`);
  expect(remedy).toContain('Make room');
});

test('runs start with those that are known, go through their stages in them, and say what is missing', async () => {
  // A server learns late of what was registered: until then runs start without any, and stay without.
  const { accountId, notice } = await until(
    () => new IdentityCenterClient(harness.temporal, harness.taskQueue).start(requestFor(freshAccount())),
    ({ notice = '' }) => !FIT.some((name) => notice.includes(name)),
  );
  for (const name of [...LACKING, OTHER_TYPE]) expect(notice).toContain(name);
  const query = `IdentityCenterStage = 'active' AND IdentityCenterAccountId = '${accountId}'`;
  await until(
    () => harness.temporal.workflow.count(query),
    ({ count }) => count > 0,
  );
});

test('so do fleets, and their accounts', async () => {
  const account = freshAccount();
  harness.emulator.setFaults({ accounts: [account], creationMs: 0 });
  await harness.client.fleets.start({ name: 'partial', accounts: [requestFor(account)] });
  await expect(harness.client.fleets.result('partial')).resolves.toMatchObject({ succeeded: 1 });
  await until(
    () => harness.temporal.workflow.count(`IdentityCenterAccountId = '${account}'`),
    ({ count }) => count === 1,
  );
});
