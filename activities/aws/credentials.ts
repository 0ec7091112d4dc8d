import { DescribeOrganizationCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { partition } from '@aws-sdk/core/client';
import { LRUCache } from 'lru-cache';
import { defined } from '../../contract';
import { wantsFreshCredentials } from '../errors/fresh-credentials';
import {
  AccountNotAllowedError,
  AwsCallError,
  OwnIdentityError,
  SIGN_IN,
  WrongAccountError,
} from '../errors/thrown';
import { listen, type AnsweredCall, type CallListener } from './answered-call';
import { required } from './call';
import type { AwsClients, Credentials } from './clients';
import type { OwnCredentials } from './own-credentials';
import { isNotInUse } from './organizations';
import { inPartition, ROLE_POLICY, type IamPolicy } from './policies';
import { partitionOf } from './regions';

/** How a worker gets the credentials of an account. */
export interface SessionSettings {
  /** Role to assume, with `{partition}` and `{accountId}`; `undefined`: the worker's own credentials, for one account. */
  roleArn?: string;
  externalId?: string;
  /**
   * What a session may do at the most: what this package does (the default), or all that the role may. A session that is
   * stolen can do no more than that.
   */
  sessionPolicy?: 'least-privilege' | 'none';
  /** What this package does in an account; default: what it does without receivers. */
  rolePolicy?: IamPolicy;
  /** The accounts that may be touched; default: any. */
  allowedAccounts?: ReadonlySet<string>;
  /** The organization whose accounts may be touched; default: any, and accounts without one. */
  organizationId?: string;
  /** Region of the STS endpoint; default: see {@link stsRegionFor}. */
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
   * @throws AccountNotAllowedError where the settings keep the worker out of it
   * @throws whatever STS or the provider chain throws
   */
  credentials(accountId: string, region: string, signal: AbortSignal): Promise<Credentials>;
  /** Asks STS who the worker itself is: an ARN. @throws whatever STS or the provider chain throws */
  ownArn(region: string, signal: AbortSignal): Promise<string>;
  /**
   * Drops the account's credentials, as AWS does not take them (any more).
   *
   * @param olderThanMs keeps them where they were fetched since
   */
  forget(accountId: string, olderThanMs?: number): void;
}

interface Session {
  credentials: Credentials;
  /** By a clock that never jumps: AWS's is corrected with each answer, by up to a second either way. */
  fetchedAt: number;
  /** By AWS's clock. */
  renewAt: number;
}

const MAX_SESSIONS = 1000;
const RENEW_BEFORE_EXPIRY_MS = 5 * 60_000;
/** For an answer of STS that names no end. */
const DEFAULT_LIFE_MS = 60 * 60_000;

/**
 * Says which Region's STS is asked: the one that is set (`AWS_REGION`), else one that every account of the partition has.
 * Never the Region of a request: that may be one which the worker's account has not enabled, whose STS refuses it. The
 * sessions of the endpoint of any Region are valid in all of them, also in those that an account has to enable; only those
 * of the global endpoint, which the SDK does not ask, are not:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html
 */
export function stsRegionFor(region: string, stsRegion?: string): string {
  // The type of the SDK's data leaves it out.
  const { implicitGlobalRegion } = partition(region) as { implicitGlobalRegion?: string };
  return stsRegion ?? implicitGlobalRegion ?? 'us-east-1';
}

/**
 * Creates the store of the credentials of all accounts of a worker.
 *
 * @param own the worker's own credentials
 * @param now milliseconds since the epoch, by AWS's clock
 * @param elapsed milliseconds on a clock that never jumps
 * @param onAnswer hears of each request to STS, and of each that found no credentials to be sent with
 * @param sessionName default: that of runs, which says which workflow is at work
 */
export function createAccountSessions(
  settings: SessionSettings,
  clients: AwsClients,
  own: OwnCredentials,
  now: () => number,
  elapsed: () => number = () => performance.now(),
  onAnswer: CallListener = () => undefined,
  sessionName = (accountId: string) => `identity-center-${accountId}`,
): AccountSessions {
  const sessions = new LRUCache<string, Session>({ max: MAX_SESSIONS });
  /** Whose the worker's own credentials are. */
  const ownAccounts = new WeakMap<Credentials, string>();
  /** Whose organization is the one that is allowed. */
  const checked = new WeakSet<Credentials>();

  /** Asks STS with the worker's own credentials, and tells these where AWS does not take them. */
  async function askSts<T>(
    region: string,
    ask: (sts: STSClient, credentials: Credentials) => Promise<T>,
  ): Promise<T> {
    const credentials = await listen(onFailure, SIGN_IN, {}, async () =>
      own.get().catch((error: unknown) => {
        throw new OwnIdentityError(error);
      }),
    );
    try {
      return await clients.use(STSClient, stsRegionFor(region, settings.stsRegion), credentials, (sts) =>
        ask(sts, credentials),
      );
    } catch (error) {
      if (wantsFreshCredentials(new AwsCallError(SIGN_IN, error))) own.refuse(credentials);
      throw error;
    }
  }

  function onFailure(call: AnsweredCall): void {
    if (call.answer !== 'ok') onAnswer(call);
  }

  function whoAmI(sts: STSClient, abortSignal: AbortSignal) {
    return listen(onAnswer, 'GetCallerIdentity', {}, () =>
      sts.send(new GetCallerIdentityCommand({}), { abortSignal }),
    );
  }

  async function assumeRole(
    roleArn: string,
    accountId: string,
    region: string,
    abortSignal: AbortSignal,
  ): Promise<Credentials> {
    const partition = partitionOf(region);
    const command = new AssumeRoleCommand({
      RoleArn: roleArn.replaceAll('{partition}', partition).replaceAll('{accountId}', accountId),
      // The account's CloudTrail shows it.
      RoleSessionName: sessionName(accountId),
      ExternalId: settings.externalId,
      Policy:
        settings.sessionPolicy === 'none'
          ? undefined
          : JSON.stringify(inPartition(settings.rolePolicy ?? ROLE_POLICY, partition)),
    });
    const { Credentials: issued, AssumedRoleUser: user } = await askSts(region, (sts) =>
      listen(onAnswer, SIGN_IN, {}, () => sts.send(command, { abortSignal })),
    );
    checkAccount(accountId, user?.Arn?.split(':')[4]);
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
    return askSts(region, async (sts, credentials) => {
      let account = ownAccounts.get(credentials);
      if (account === undefined) {
        const identity = await whoAmI(sts, abortSignal);
        account = identity.Arn?.split(':')[4];
        if (account !== undefined) ownAccounts.set(credentials, account);
      }
      checkAccount(accountId, account);
      return credentials;
    });
  }

  /** Asks AWS which organization the account of credentials is in, once a session. @throws AccountNotAllowedError */
  async function checkOrganization(
    credentials: Credentials,
    region: string,
    abortSignal: AbortSignal,
  ): Promise<void> {
    const { organizationId } = settings;
    if (organizationId === undefined || checked.has(credentials)) return;
    const actual = await clients
      .use(OrganizationsClient, region, credentials, async (client) => {
        const { Organization } = await client.send(new DescribeOrganizationCommand({}), { abortSignal });
        return required(Organization?.Id, 'Organization.Id');
      })
      .catch((error: unknown) => {
        const failed = new AwsCallError('DescribeOrganization', error);
        if (isNotInUse(failed)) return 'none';
        throw failed;
      });
    if (actual !== organizationId)
      throw new AccountNotAllowedError(
        `its organization is ${actual}, and IDENTITY_CENTER_ORGANIZATION_ID of the worker is ${organizationId}`,
      );
    checked.add(credentials);
  }

  function keep(accountId: string, credentials: Credentials): Credentials {
    const expiresAt = credentials.expiration?.getTime() ?? now() + DEFAULT_LIFE_MS;
    sessions.set(accountId, {
      credentials,
      fetchedAt: elapsed(),
      renewAt: expiresAt - RENEW_BEFORE_EXPIRY_MS,
    });
    return credentials;
  }

  return {
    async credentials(accountId, region, signal) {
      const { roleArn, allowedAccounts } = settings;
      // Before anything is sent, to STS neither.
      if (allowedAccounts?.has(accountId) === false)
        throw new AccountNotAllowedError('it is not in IDENTITY_CENTER_ALLOWED_ACCOUNTS of the worker');
      const cached = roleArn === undefined ? undefined : sessions.get(accountId);
      if (cached !== undefined && now() < cached.renewAt) return cached.credentials;
      const fresh =
        roleArn === undefined
          ? await ownCredentials(accountId, region, signal)
          : await assumeRole(roleArn, accountId, region, signal);
      await checkOrganization(fresh, region, signal);
      return keep(accountId, fresh);
    },
    ownArn: (region, abortSignal) =>
      askSts(region, async (sts) => {
        const { Arn } = await whoAmI(sts, abortSignal);
        return required(Arn, 'Arn');
      }),
    forget(accountId, olderThanMs = 0) {
      const session = sessions.get(accountId);
      if (session === undefined || elapsed() - session.fetchedAt < olderThanMs) return;
      sessions.delete(accountId);
      // Without a role it is the worker's own.
      own.refuse(session.credentials);
    },
  };
}

function checkAccount(expected: string, actual: string | undefined): void {
  if (actual !== expected) throw new WrongAccountError(expected, actual);
}
