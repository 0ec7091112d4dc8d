import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { LRUCache } from 'lru-cache';
import { defined } from '../../contract';
import { WrongAccountError } from '../errors/thrown';
import type { AwsClients, Credentials } from './clients';
import { partitionOf } from './regions';

/** How a worker gets the credentials of an account. */
export interface SessionSettings {
  /** Role to assume, with `{partition}` and `{accountId}`; `undefined`: the worker's own credentials, for one account. */
  roleArn?: string;
  externalId?: string;
  /** Region of the STS endpoint; default: the Region of the request. */
  stsRegion?: string;
  /** The worker's own credentials; default: the SDK's provider chain. */
  credentials?: Credentials;
}

/** Fetches the credentials of accounts when they are asked for, and keeps them until shortly before they expire. */
export interface AccountSessions {
  /**
   * Gives the credentials of an account.
   *
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

/**
 * Creates the store of the credentials of all accounts of a worker.
 *
 * @param now milliseconds since the epoch
 */
export function createAccountSessions(
  settings: SessionSettings,
  clients: AwsClients,
  now: () => number,
): AccountSessions {
  const sessions = new LRUCache<string, { credentials: Credentials; renewAt: number }>({ max: MAX_SESSIONS });
  const sts = (region: string) => clients.get(STSClient, settings.stsRegion ?? region, settings.credentials);

  async function assumeRole(roleArn: string, accountId: string, region: string, abortSignal: AbortSignal) {
    const { Credentials: issued, AssumedRoleUser: user } = await sts(region).send(
      new AssumeRoleCommand({
        RoleArn: roleArn.replaceAll('{partition}', partitionOf(region)).replaceAll('{accountId}', accountId),
        // The account's CloudTrail shows it: it says which workflow is at work.
        RoleSessionName: `identity-center-${accountId}`,
        ExternalId: settings.externalId,
      }),
      { abortSignal },
    );
    checkAccount(accountId, user?.Arn);
    if (!issued?.AccessKeyId || !issued.SecretAccessKey)
      throw new SyntaxError('AssumeRole answered without credentials');
    return defined({
      accessKeyId: issued.AccessKeyId,
      secretAccessKey: issued.SecretAccessKey,
      sessionToken: issued.SessionToken,
      expiration: issued.Expiration,
    });
  }

  async function ownCredentials(accountId: string, region: string, abortSignal: AbortSignal) {
    const client = sts(region);
    const identity = await client.send(new GetCallerIdentityCommand({}), { abortSignal });
    checkAccount(accountId, identity.Arn);
    return client.config.credentials();
  }

  return {
    async credentials(accountId, region, signal) {
      const cached = sessions.get(accountId);
      if (cached !== undefined && now() < cached.renewAt) return cached.credentials;
      const credentials: Credentials = await (settings.roleArn === undefined
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
