import { Metadata } from '@grpc/grpc-js';
import {
  connectToTemporal,
  IdentityCenterClient,
  isUnavailable,
  NoFleetError,
  NoRunError,
  TemporalServerError,
} from '../../client';
import { isFull } from '../support/full';
import { SILENCE, startStandIn, STATUSES, type Refusal, type StandIn } from '../support/grpc-stand-in';

const ACCOUNT = '111122223333';
const REQUEST = { accountId: ACCOUNT, region: 'eu-west-1' };

async function each(items: AsyncGenerator): Promise<void> {
  while ((await items.next()).done !== true);
}

/** Every method that asks the server. */
const METHODS: Record<string, (client: IdentityCenterClient) => Promise<unknown>> = {
  start: (client) => client.start(REQUEST),
  provision: (client) => client.provision(REQUEST),
  startDeprovision: (client) => client.startDeprovision(REQUEST),
  deprovision: (client) => client.deprovision(REQUEST),
  result: (client) => client.result({ ...REQUEST, workflowId: 'w', runId: 'r', joined: false }),
  status: (client) => client.status(ACCOUNT),
  watch: (client) => each(client.watch(ACCOUNT)),
  list: (client) => each(client.list()),
  'list by stage': (client) => each(client.list({ stage: 'held' })),
  cancel: (client) => client.cancel(ACCOUNT),
  pause: (client) => client.pause(ACCOUNT),
  retry: (client) => client.retry(ACCOUNT),
  setRate: (client) => client.setRate(5),
  rate: (client) => client.rate(),
  'fleets.start': (client) => client.fleets.start({ name: 'f', accounts: [REQUEST] }),
  'fleets.plan': (client) => each(client.fleets.plan([REQUEST])),
  'fleets.status': (client) => client.fleets.status('f'),
  'fleets.watch': (client) => each(client.fleets.watch('f')),
  'fleets.result': (client) => client.fleets.result('f'),
  'fleets.outcomes': (client) => each(client.fleets.outcomes('f')),
  'fleets.steer': (client) => client.fleets.steer('f', 'pause'),
  'fleets.cancel': (client) => client.fleets.cancel('f'),
};

let refusal: Refusal;
let server: StandIn;
let client: IdentityCenterClient;

async function connect(apiKey?: string): Promise<IdentityCenterClient> {
  const connectionOptions = { address: server.address, tls: false, ...(apiKey && { apiKey }) };
  return new IdentityCenterClient(await connectToTemporal({ connectionOptions, namespace: 'vending' }));
}

beforeAll(async () => {
  server = await startStandIn(() => refusal);
  client = await connect();
});
afterAll(async () => {
  await client.close();
  server.stop();
});

const { INVALID_ARGUMENT, NOT_FOUND, RESOURCE_EXHAUSTED } = STATUSES;

const TABLE: [string, Refusal, string, string][] = [
  ['UNAUTHENTICATED', said('UNAUTHENTICATED', 'Request unauthorized.'), 'UNAUTHENTICATED', 'unreachable'],
  ['PERMISSION_DENIED', said('PERMISSION_DENIED', 'no write'), 'PERMISSION_DENIED', 'unreachable'],
  [
    'an unknown namespace',
    said('NOT_FOUND', 'Namespace vending is not found.'),
    'NAMESPACE_NOT_FOUND',
    'unreachable',
  ],
  ['UNIMPLEMENTED', said('UNIMPLEMENTED', 'unknown method'), 'UNIMPLEMENTED', 'unreachable'],
  ['INTERNAL', said('INTERNAL', 'shard closed'), 'FAILED', 'unreachable'],
  ['INVALID_ARGUMENT', said('INVALID_ARGUMENT', 'workflowId is too odd'), 'REFUSED', 'usage'],
  [
    'a payload that is too large',
    { code: INVALID_ARGUMENT!, details: 'Blob data size exceeds limit.' },
    'TOO_LARGE',
    'usage',
  ],
  [
    'a message that is too large',
    {
      code: RESOURCE_EXHAUSTED!,
      details: 'grpc: received message larger than max (5000000 vs. 4194304)',
    },
    'TOO_LARGE',
    'usage',
  ],
];

function said(name: string, details: string): Refusal {
  return { code: STATUSES[name]!, details };
}

async function thrownBy(call: Promise<unknown>): Promise<TemporalServerError> {
  const thrown: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(TemporalServerError);
  return thrown as TemporalServerError;
}

describe.each(TABLE)('%s', (_name, answer, code, category) => {
  test.each(Object.keys(METHODS))('%s throws it unwrapped, with its place and its code', async (method) => {
    refusal = answer;
    const error = await thrownBy(METHODS[method]!(client));
    expect(error).toMatchObject({ code, category, address: server.address, namespace: 'vending' });
    expect(error.message).toContain(server.address);
    expect(error.message).toContain(error.remedy);
  });
});

test.each([
  ['DEADLINE_EXCEEDED', 'NO_ANSWER'],
  ['CANCELLED', 'LOST'],
  ['FAILED_PRECONDITION', 'FAILED'],
])('%s of a call that takes no worker: %s', async (status, code) => {
  refusal = said(status, 'of the stand-in');
  await expect(thrownBy(client.status(ACCOUNT))).resolves.toMatchObject({ code, category: 'unreachable' });
});

// gRPC tells some calls whose deadline has passed as cancelled.
test('of all that a call may fail with, three say that the server is away or late', () => {
  const away = Object.entries(STATUSES).filter(([details, code]) => {
    const error = Object.assign(new Error(details), { code, details, metadata: new Metadata() });
    return isUnavailable(new Error('of the SDK', { cause: error }));
  });
  expect(away.map(([name]) => name).sort()).toEqual(['CANCELLED', 'DEADLINE_EXCEEDED', 'UNAVAILABLE']);
});

if (isFull) {
  // The SDK asks again for up to 40 s. All at once, as they wait.
  test('what may pass is asked again for a while, and then told: rate limits, a server that is away', async () => {
    const answers = {
      RESOURCE_EXHAUSTED: 'RATE_LIMITED',
      UNAVAILABLE: 'LOST',
      UNKNOWN: 'FAILED',
      ABORTED: 'FAILED',
      DATA_LOSS: 'FAILED',
    };
    await Promise.all(
      Object.entries(answers).map(async ([status, code]) => {
        const other = await startStandIn(() => said(status, 'namespace rate limit exceeded'));
        const connectionOptions = { address: other.address };
        const asking = new IdentityCenterClient(
          await connectToTemporal({ connectionOptions, namespace: 'vending' }),
        );
        const errors = await Promise.all(
          ['start', 'status', 'list', 'fleets.status', 'fleets.cancel'].map((method) =>
            thrownBy(METHODS[method]!(asking)),
          ),
        );
        expect(errors.map((error) => error.code)).toEqual(errors.map(() => code));
        await asking.close();
        other.stop();
      }),
    );
  });

  test('a server that freezes is waited for a minute, not for ever', async () => {
    const frozen = await startStandIn(() => SILENCE);
    const connectionOptions = { address: frozen.address };
    const asking = new IdentityCenterClient(
      await connectToTemporal({ connectionOptions, namespace: 'vending' }),
    );
    const calls = ['start', 'status', 'list', 'fleets.status', 'fleets.cancel', 'rate'];
    const errors = await Promise.all(calls.map((method) => thrownBy(METHODS[method]!(asking))));
    expect(errors.map(({ code }) => code)).toEqual(calls.map(() => 'NO_ANSWER'));
    await asking.close();
    frozen.stop();
  });
}

test('no message says the key, though the server quotes it', async () => {
  const key = 'tmprl_secret0123456789';
  const withKey = await connect(key);
  refusal = said('UNAUTHENTICATED', `token ${key} has expired; header was Bearer ${key}`);
  const error = await thrownBy(withKey.status(ACCOUNT));
  // The cause is the SDK's own error, which nobody prints.
  const facts = Object.entries(error).filter(([name]) => name !== 'cause');
  expect(JSON.stringify([error.message, facts])).not.toContain(key);
  expect(error.message).toContain('TEMPORAL_API_KEY');
  await withKey.close();
});

test('a workflow that is not there is no namespace that is not there', async () => {
  refusal = { code: NOT_FOUND!, details: 'workflow not found for ID: identity-center/111122223333' };
  await expect(client.status(ACCOUNT)).rejects.toBeInstanceOf(NoRunError);
  await expect(client.fleets.status('namespace')).rejects.toBeInstanceOf(NoFleetError);
});
