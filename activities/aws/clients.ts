import { NodeHttpHandler } from '@smithy/node-http-handler';
import { LRUCache } from 'lru-cache';
import { defined } from '../../contract';

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
  requestHandler: NodeHttpHandler;
  endpoint?: string;
  credentials?: Credentials;
}

/** The class of a client of the SDK, such as `SSOAdminClient`. */
export type ClientClass<C extends object> = new (config: ClientConfig) => C;

const MAX_CLIENTS = 1_000;

/** Makes the clients of the SDK, of whatever service, and keeps those that were used last. */
export class AwsClients {
  private readonly clients = new LRUCache<string, object>({ max: MAX_CLIENTS });
  private readonly requestHandler = new NodeHttpHandler({
    connectionTimeout: 3_000,
    httpsAgent: { maxSockets: 200 },
  });

  /** @param endpoint takes the place of AWS's own endpoints, of all services */
  constructor(private readonly endpoint: string | undefined) {}

  /**
   * Finds or makes a client. It belongs to its credentials: the SDK keeps what a provider once gave, even where AWS does
   * not take it any more.
   *
   * @param credentials default: the provider chain of the SDK
   */
  get<C extends object>(Client: ClientClass<C>, region: string, credentials?: Credentials): C {
    const key = `${Client.name} ${region} ${credentials?.accessKeyId}`;
    const known = this.clients.get(key);
    if (known instanceof Client) return known;
    const { requestHandler, endpoint } = this;
    // Temporal decides about every retry.
    const config: ClientConfig = {
      region,
      maxAttempts: 1,
      requestHandler,
      ...defined({ endpoint, credentials }),
    };
    const client = new Client(config);
    this.clients.set(key, client);
    return client;
  }
}
