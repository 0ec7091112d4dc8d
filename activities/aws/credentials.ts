import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { LRUCache } from 'lru-cache';
import { WrongAccountError } from '../errors/errors';

/** AWS credentials as the SDK takes them. */
export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}

/** How a worker comes into an account. */
export interface SessionSettings {
  /** Role to assume, with `{partition}` and `{accountId}`; `undefined`: the worker's own credentials, for one account. */
  roleArn?: string;
  externalId?: string;
  /** Region of the STS endpoint; default: the Region of the request. */
  stsRegion?: string;
  stsEndpoint?: string;
  /** The worker's own credentials; default: the SDK's provider chain. */
  credentials?: Credentials;
}

/** The credentials of accounts, fetched when asked for and kept until shortly before they expire. */
export interface AccountSessions {
  /**
   * @throws WrongAccountError where the credentials are those of another account
   * @throws whatever STS or the provider chain throws
   */
  credentials(accountId: string, region: string, signal: AbortSignal): Promise<Credentials>;
  /** Drops the account's credentials, as AWS does not take them (any more). */
  forget(accountId: string): void;
}

const MAX_SESSIONS = 1000;
const RENEW_BEFORE_EXPIRY_MS = 5 * 60_000;
/** For credentials that name no end: how long until they are asked for again. */
const DEFAULT_LIFE_MS = 60 * 60_000;

/** @param now milliseconds since the epoch */
export function createAccountSessions(
  settings: SessionSettings,
  requestHandler: NodeHttpHandler,
  now: () => number,
): AccountSessions {
  const sessions = new LRUCache<string, { credentials: Credentials; renewAt: number }>({ max: MAX_SESSIONS });
  const clients = new LRUCache<string, STSClient>({ max: 50 });

  function stsClient(region: string): STSClient {
    const stsRegion = settings.stsRegion ?? region;
    let client = clients.get(stsRegion);
    if (client === undefined) {
      client = new STSClient({
        region: stsRegion,
        maxAttempts: 1,
        requestHandler,
        ...(settings.stsEndpoint !== undefined && { endpoint: settings.stsEndpoint }),
        ...(settings.credentials !== undefined && { credentials: settings.credentials }),
      });
      clients.set(stsRegion, client);
    }
    return client;
  }

  async function assumeRole(roleArn: string, accountId: string, region: string, abortSignal: AbortSignal) {
    const { Credentials: issued, AssumedRoleUser: user } = await stsClient(region).send(
      new AssumeRoleCommand({
        RoleArn: roleArn.replaceAll('{partition}', partitionOf(region)).replaceAll('{accountId}', accountId),
        // The account's CloudTrail shows it: it says which workflow is at work.
        RoleSessionName: `identity-center-${accountId}`,
        ...(settings.externalId !== undefined && { ExternalId: settings.externalId }),
      }),
      { abortSignal },
    );
    checkAccount(accountId, user?.Arn);
    if (!issued?.AccessKeyId || !issued.SecretAccessKey)
      throw new SyntaxError('AssumeRole answered without credentials');
    return {
      accessKeyId: issued.AccessKeyId,
      secretAccessKey: issued.SecretAccessKey,
      ...(issued.SessionToken !== undefined && { sessionToken: issued.SessionToken }),
      ...(issued.Expiration !== undefined && { expiration: issued.Expiration }),
    };
  }

  async function ownCredentials(
    accountId: string,
    region: string,
    abortSignal: AbortSignal,
  ): Promise<Credentials> {
    const client = stsClient(region);
    const identity = await client.send(new GetCallerIdentityCommand({}), { abortSignal });
    checkAccount(accountId, identity.Arn);
    return client.config.credentials();
  }

  return {
    async credentials(accountId, region, signal) {
      const cached = sessions.get(accountId);
      if (cached !== undefined && now() < cached.renewAt) return cached.credentials;
      const credentials = await (settings.roleArn === undefined
        ? ownCredentials(accountId, region, signal)
        : assumeRole(settings.roleArn, accountId, region, signal));
      const expiresAt = credentials.expiration?.getTime() ?? now() + DEFAULT_LIFE_MS;
      sessions.set(accountId, { credentials, renewAt: expiresAt - RENEW_BEFORE_EXPIRY_MS });
      return credentials;
    },
    forget(accountId) {
      sessions.delete(accountId);
    },
  };
}

function checkAccount(expected: string, arn: string | undefined): void {
  const actual = arn?.split(':')[4];
  if (actual !== expected) throw new WrongAccountError(expected, actual);
}

/** The AWS partition that a Region belongs to. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return 'aws';
}
