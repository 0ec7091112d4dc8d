import { DescribeInstanceCommand, SSOAdminClient } from '@aws-sdk/client-sso-admin';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { AwsClients, type ClientClass, type Credentials } from '../../../activities/aws/clients';
import { AwsClock } from '../../../activities/aws/clock';
import { RequestHandler } from '../../../activities/aws/request-handler';

/** A service of AWS that answers as late as it is asked to, and notes whose sessions signed what. */
let aws: Server;
let endpoint: string;
const seen: { session: string; token: string | undefined; about: string | undefined }[] = [];
let answerMs = () => 0;

beforeAll(async () => {
  aws = createServer((request, response) => {
    void note(request).then(async () => {
      await sleep(answerMs());
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"__type":"ValidationException"}');
    });
  });
  aws.listen(0, '127.0.0.1');
  await once(aws, 'listening');
  endpoint = `http://127.0.0.1:${(aws.address() as AddressInfo).port}`;
});
afterAll(() => aws.close());
beforeEach(() => {
  seen.length = 0;
  answerMs = () => 0;
});

async function note(request: IncomingMessage): Promise<void> {
  const { authorization = '', 'x-amz-security-token': token } = request.headers;
  const about = /instance\/([\w-]+)/.exec(await text(request))?.[1];
  seen.push({
    session: / Credential=(\w+)\//.exec(authorization)?.[1] ?? '',
    token: token?.toString(),
    about,
  });
}

const newClients = () => new AwsClients(new RequestHandler(), new AwsClock(Date.now), endpoint);
const sessionOf = (account: string): Credentials => ({
  accessKeyId: `ASIA${account}`,
  secretAccessKey: `secret-${account}`,
  sessionToken: `token-${account}`,
});
/** Describes an instance that is named after the account. What comes of it is nobody's business. */
const describe = (clients: AwsClients, account: string, region = 'eu-west-1', early?: AbortSignal) =>
  clients
    .use(SSOAdminClient, region, sessionOf(account), (client) =>
      client.send(
        new DescribeInstanceCommand({ InstanceArn: `arn:aws:sso:::instance/${account}` }),
        early && { abortSignal: early },
      ),
    )
    .catch((error: unknown) => error);

test('whatever accounts call at once, each request is signed with the session of its own account', async () => {
  const call = fc.record({
    account: fc.constantFrom('a', 'b', 'c', 'd'),
    region: fc.constantFrom('eu-west-1', 'us-east-1'),
    laterMs: fc.nat(4),
    abortedAfterMs: fc.option(fc.nat(6), { nil: undefined }),
    again: fc.boolean(),
  });
  const plan = fc.record({
    calls: fc.array(call, { minLength: 2, maxLength: 30 }),
    answers: fc.array(fc.nat(4), { minLength: 1 }),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({ calls, answers }) => {
      const clients = newClients();
      answerMs = () => answers[seen.length % answers.length] ?? 0;
      await Promise.all(
        calls.map(async ({ account, region, laterMs, abortedAfterMs, again }) => {
          await sleep(laterMs);
          const early = abortedAfterMs === undefined ? undefined : AbortSignal.timeout(abortedAfterMs);
          await describe(clients, account, region, early);
          if (again) await describe(clients, account, region);
        }),
      );
      for (const { session, token, about } of seen)
        expect({ session, token }).toEqual({ session: `ASIA${about}`, token: `token-${about}` });
    }),
    { numRuns: 20 },
  );
  expect(seen.length).toBeGreaterThan(50);
});

test('a session that replaces another of the account signs from the next request on', async () => {
  const clients = newClients();
  const ask = (credentials: Credentials) =>
    clients
      .use(STSClient, 'us-east-1', credentials, (sts) => sts.send(new GetCallerIdentityCommand({})))
      .catch(() => undefined);
  await ask(sessionOf('old'));
  await ask(sessionOf('new'));
  // The worker's own keys may have no session.
  await ask({ accessKeyId: 'AKIAOWN', secretAccessKey: 'secret' });
  // Requests of the test before may still arrive.
  expect(seen.filter(({ about }) => about === undefined)).toMatchObject([
    { session: 'ASIAold', token: 'token-old' },
    { session: 'ASIAnew', token: 'token-new' },
    { session: 'AKIAOWN', token: undefined },
  ]);
});

test('a hundred accounts share one client of a Region', async () => {
  const clients = newClients();
  const used = new Set<SSOAdminClient>();
  for (let account = 0; account < 100; account += 1)
    for (const region of ['eu-west-1', 'us-east-1'])
      await clients.use(SSOAdminClient, region, sessionOf(`${account}`), async (client) => used.add(client));
  expect(used.size).toBe(2);
});

test('an SDK that keeps the credentials of the first account sends nothing for the next one', async () => {
  type Config = ConstructorParameters<ClientClass<SSOAdminClient>>[0];
  class Keeping extends SSOAdminClient {
    constructor({ credentials, ...config }: Config) {
      let kept: Promise<Credentials> | undefined;
      super({ ...config, credentials: () => (kept ??= credentials()) });
    }
  }
  const clients = newClients();
  const list = (account: string) =>
    clients
      .use(Keeping, 'eu-west-1', sessionOf(account), (client) =>
        client.send(new DescribeInstanceCommand({ InstanceArn: `arn:aws:sso:::instance/${account}` })),
      )
      .catch((error: unknown) => error);
  await list('a');
  expect(await list('b')).toMatchObject({ name: 'WrongSignatureError' });
  expect(seen).toMatchObject([{ session: 'ASIAa', about: 'a' }]);
});

test('a client that is used outside its turn signs nothing', async () => {
  const clients = newClients();
  const client = await clients.use(SSOAdminClient, 'eu-west-1', sessionOf('a'), async (kept) => kept);
  const late = client.send(new DescribeInstanceCommand({ InstanceArn: 'arn:aws:sso:::instance/a' }));
  await expect(late).rejects.toMatchObject({ name: 'WrongSignatureError' });
  expect(seen).toEqual([]);
});
