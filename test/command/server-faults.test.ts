import { startTemporalServer } from '../../sandbox/temporal-server';
import {
  call,
  callAlone,
  commandRunner,
  documentOf,
  withEnvironment,
  type CommandRunner,
  type Finished,
} from '../support/command';
import { startStandIn, STATUSES, type Refusal, type StandIn } from '../support/grpc-stand-in';
import { until } from '../support/harness';
import { NOWHERE } from '../support/ports';
import { temporalAddress } from '../support/temporal';

const ACCOUNT = '111122223333';

let command: CommandRunner;
let verbs: Record<string, string[]>;
const standIns: StandIn[] = [];

beforeAll(() => {
  command = commandRunner({ TEMPORAL_ADDRESS: temporalAddress() });
  const manifest = command.file('accounts.csv', `accountId,region\n${ACCOUNT},eu-west-1\n`);
  const fleet = (...args: string[]) => ['fleet', ...args];
  verbs = {
    provision: ['provision', ACCOUNT, '--region', 'eu-west-1'],
    status: ['status', ACCOUNT],
    watch: ['watch', ACCOUNT],
    list: ['list'],
    pause: ['pause', ACCOUNT],
    resume: ['resume', ACCOUNT],
    retry: ['retry', ACCOUNT],
    abort: ['abort', ACCOUNT, '--reason', 'why'],
    cancel: ['cancel', ACCOUNT],
    deprovision: ['deprovision', ACCOUNT, '--yes'],
    'fleet start': fleet('start', manifest),
    'fleet plan': fleet('plan', manifest),
    'fleet status': fleet('status', 'accounts'),
    'fleet watch': fleet('watch', 'accounts'),
    'fleet report': fleet('report', 'accounts'),
    'fleet pause': fleet('pause', 'accounts'),
    'fleet set': fleet('set', 'accounts', '--max-concurrent', '3'),
    'fleet cancel': fleet('cancel', 'accounts'),
  };
});
afterAll(() => {
  command.dispose();
  for (const standIn of standIns) standIn.stop();
});

async function refusing(refusal: Refusal): Promise<NodeJS.ProcessEnv> {
  const standIn = await startStandIn(() => refusal);
  standIns.push(standIn);
  return { TEMPORAL_ADDRESS: standIn.address };
}

/** Runs all verbs at once. */
function runAll(env: NodeJS.ProcessEnv): Promise<[verb: string, finished: Finished][]> {
  return withEnvironment({ ...command.env, ...env }, () =>
    Promise.all(
      Object.entries(verbs).map(async ([verb, args]): Promise<[string, Finished]> => [
        verb,
        await call([...args, '--json']),
      ]),
    ),
  );
}

describe('every verb, in JSON with the code, and never as if a run had failed', () => {
  test.each<[string, () => Promise<NodeJS.ProcessEnv>, string, number]>([
    ['nothing listens', async () => ({ TEMPORAL_ADDRESS: NOWHERE }), 'CONNECTION_REFUSED', 5],
    [
      'the real server does not know the namespace',
      async () => ({ TEMPORAL_NAMESPACE: 'nowhere' }),
      'NAMESPACE_NOT_FOUND',
      5,
    ],
    [
      'the key is refused',
      () => refusing({ code: STATUSES['UNAUTHENTICATED']!, details: 'Request unauthorized.' }),
      'UNAUTHENTICATED',
      5,
    ],
    [
      'the permission lacks',
      () => refusing({ code: STATUSES['PERMISSION_DENIED']!, details: 'Request unauthorized.' }),
      'PERMISSION_DENIED',
      5,
    ],
    [
      'the message is too large',
      () => refusing({ code: STATUSES['INVALID_ARGUMENT']!, details: 'Blob data size exceeds limit.' }),
      'TOO_LARGE',
      2,
    ],
  ])('%s', async (_name, environment, code, exitCode) => {
    const finished = await runAll(await environment());
    const seen = finished.map(([verb, it]) => [verb, it.code, errorOf(it)['code'], it.stderr]);
    expect(seen).toEqual(finished.map(([verb]) => [verb, exitCode, code, '']));
  });
});

function errorOf(finished: Finished): Record<string, unknown> {
  return documentOf(finished)['error'] as Record<string, unknown>;
}

test('for people: what is wrong, with the next step, and which server was asked', async () => {
  const env = { ...command.env, TEMPORAL_NAMESPACE: 'nowhere' };
  const { code, stdout, stderr } = await callAlone(['status', ACCOUNT], env);
  expect([code, stdout]).toEqual([5, '']);
  expect(stderr).toMatch(
    /^The Temporal server at \S+ has no namespace nowhere\. Set TEMPORAL_NAMESPACE .*\nTemporal server asked: \S+, namespace nowhere \(as TEMPORAL_ADDRESS says\)\.\n$/,
  );
  expect(stderr).toContain(temporalAddress());
});

test.each(['http://127.0.0.1:7233', '127.0.0.1:99999', '127.0.0.1:0'])(
  'TEMPORAL_ADDRESS=%s: wrong usage, which names the variable',
  async (address) => {
    const finished = await callAlone(['list', '--json'], { ...command.env, TEMPORAL_ADDRESS: address });
    expect(finished.code).toBe(2);
    expect(finished.stdout).toContain('TEMPORAL_ADDRESS');
  },
);

test('a server that ends while a run is watched: exit 5, saying that runs go on', async () => {
  const server = await startTemporalServer({ port: 0, uiPort: false });
  const env = { TEMPORAL_ADDRESS: server.address };
  const start = ['provision', ACCOUNT, '--region', 'eu-west-1', '--no-wait'];
  const started = await callAlone(start, { ...command.env, ...env });
  expect(started.code).toBe(0);
  const watching = command.start(['watch', ACCOUNT], env);
  await until(watching.stdout, (seen) => seen.includes('creating'));
  await server.stop();
  const { code, stderr } = await watching.finished;
  expect(code).toBe(5);
  expect(stderr).toMatch(/The Temporal server at \S+ (?:does not answer any more|has not answered in time)/);
  expect(stderr).not.toMatch(/^ +at /m);
});

test('an order to a server that is silent says so, and not that no worker answers', async () => {
  const env = await refusing({ code: STATUSES['DEADLINE_EXCEEDED']!, details: 'of the stand-in' });
  const finished = await callAlone(['status', ACCOUNT, '--json'], { ...command.env, ...env });
  expect([finished.code, errorOf(finished)['code']]).toEqual([5, 'NO_ANSWER']);
});
