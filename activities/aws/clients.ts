import { AsyncLocalStorage } from 'node:async_hooks';
import { LRUCache } from 'lru-cache';
import { defined } from '../../contract';
import { readRequestId } from '../errors/read';
import type { Heard } from './answered-call';
import type { AwsClock } from './clock';
import type { RequestHandler } from './request-handler';

/** AWS credentials as the SDK takes them. */
export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}

/** Gives the credentials of a request. The SDK keeps what it is given, unless it is told that this is done for it. */
type PerRequest = (() => Promise<Credentials>) & { memoized: true };

/** What every client of the SDK is made with. */
interface ClientConfig {
  region: string;
  maxAttempts: number;
  retryMode: string;
  requestHandler: RequestHandler;
  credentials: PerRequest;
  endpoint?: string;
}

/** What every client of the SDK has. */
export interface AwsClient {
  config: { systemClockOffset: number };
  middlewareStack: { add(check: Middleware, where: { step: 'deserialize'; name: string }): void };
}

/** A request that is to be sent: with these credentials, and what is heard of it beside the answer. */
interface Sender {
  readonly credentials: Credentials;
  readonly heard: Heard;
}

type Middleware = <Args extends { request: unknown }, Answer>(
  next: (args: Args) => Promise<Answer>,
) => (args: Args) => Promise<Answer>;

/** The class of a client of the SDK, such as `SSOAdminClient`. */
export type ClientClass<C extends AwsClient> = new (config: ClientConfig) => C;

/** A request was signed with other credentials than it was to be sent with. */
class WrongSignatureError extends Error {
  override readonly name = 'WrongSignatureError';
}

/** More than AWS has Regions, times the services that are called. */
const MAX_CLIENTS = 200;

/**
 * Makes the clients of the SDK, one for each service and Region, whatever the account: to make one for the credentials of
 * each account takes as long as a call, and each holds 18 KB.
 */
export class AwsClients {
  private readonly clients = new LRUCache<string, AwsClient>({ max: MAX_CLIENTS });
  private readonly sender = new AsyncLocalStorage<Sender>();

  /** @param endpoint takes the place of AWS's own endpoints, of all services */
  constructor(
    readonly requestHandler: RequestHandler,
    private readonly clock: AwsClock,
    readonly endpoint?: string,
  ) {}

  /**
   * Sends what `send` sends, signed with these credentials and no others.
   *
   * @param heard is given what AWS says beside its answer
   */
  async use<C extends AwsClient, T>(
    Client: ClientClass<C>,
    region: string,
    credentials: Credentials,
    send: (client: C) => Promise<T>,
    heard: Heard = {},
  ): Promise<T> {
    const client = this.find(Client, region);
    return this.sender.run({ credentials, heard }, () => send(client));
  }

  private find<C extends AwsClient>(Client: ClientClass<C>, region: string): C {
    const key = `${Client.name} ${region}`;
    const known = this.clients.get(key);
    if (known instanceof Client) return known;
    const { requestHandler, endpoint } = this;
    const credentials: PerRequest = Object.assign(() => Promise.resolve(this.current().credentials), {
      memoized: true,
    } as const);
    // Temporal decides about every retry; and the pacer, not a retry mode of the environment, about the rate.
    const config = { region, maxAttempts: 1, retryMode: 'standard', requestHandler, credentials };
    const client = new Client({ ...config, ...defined({ endpoint }) });
    this.clock.share(client.config);
    client.middlewareStack.add(this.checkSignature, { step: 'deserialize', name: 'checkSignature' });
    this.clients.set(key, client);
    return client;
  }

  private current(): Sender {
    const sender = this.sender.getStore();
    if (sender === undefined) throw new WrongSignatureError('nobody’s request');
    return sender;
  }

  /** Refuses a request at its last step that is not signed as it is to be: were the SDK to keep credentials after all. */
  private readonly checkSignature: Middleware = (next) => async (args) => {
    const { headers } = args.request as { headers: Record<string, string | undefined> };
    const { credentials, heard } = this.current();
    const { accessKeyId, sessionToken } = credentials;
    const isTheirs =
      headers['authorization']?.includes(` Credential=${accessKeyId}/`) === true &&
      headers['x-amz-security-token'] === sessionToken;
    if (!isTheirs) throw new WrongSignatureError('signed with credentials of somebody else');
    const answer = await next(args);
    const awsRequestId = readRequestId(answer);
    if (awsRequestId !== undefined) heard.awsRequestId = awsRequestId;
    return answer;
  };
}
