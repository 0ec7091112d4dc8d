import { LRUCache } from 'lru-cache';
import { defined } from '../../contract';
import type { AwsClock } from './clock';
import type { RequestHandler } from './request-handler';

/** AWS credentials as the SDK takes them. */
export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}

/** What every client of the SDK is made with. */
interface ClientConfig {
  region: string;
  maxAttempts: number;
  requestHandler: RequestHandler;
  credentials: Credentials;
  endpoint?: string;
}

/** What every client of the SDK has. */
export interface AwsClient {
  config: { systemClockOffset: number };
}

/** The class of a client of the SDK, such as `SSOAdminClient`. */
export type ClientClass<C extends AwsClient> = new (config: ClientConfig) => C;

const MAX_CLIENTS = 1_000;

/** Makes the clients of the SDK, of whatever service, and keeps those that were used last. */
export class AwsClients {
  private readonly clients = new LRUCache<string, AwsClient>({ max: MAX_CLIENTS });
  private readonly numbers = new WeakMap<Credentials, number>();
  private lastNumber = 0;

  /** @param endpoint takes the place of AWS's own endpoints, of all services */
  constructor(
    readonly requestHandler: RequestHandler,
    private readonly clock: AwsClock,
    readonly endpoint?: string,
  ) {}

  /**
   * Finds or makes a client. It belongs to its credentials: the SDK keeps what a provider once gave, even where AWS does
   * not take it any more.
   */
  get<C extends AwsClient>(Client: ClientClass<C>, region: string, credentials: Credentials): C {
    const key = `${Client.name} ${region} ${this.numberOf(credentials)}`;
    const known = this.clients.get(key);
    if (known instanceof Client) return known;
    const { requestHandler, endpoint } = this;
    // Temporal decides about every retry.
    const config = { region, maxAttempts: 1, requestHandler, credentials };
    const client = new Client({ ...config, ...defined({ endpoint }) });
    this.clock.share(client.config);
    this.clients.set(key, client);
    return client;
  }

  /** Tells credentials apart: a key may come back with another secret. */
  private numberOf(credentials: Credentials): number {
    const number = this.numbers.get(credentials) ?? (this.lastNumber += 1);
    this.numbers.set(credentials, number);
    return number;
  }
}
