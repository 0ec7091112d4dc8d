import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { SSOAdminClient } from '@aws-sdk/client-sso-admin';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { AccountNotAllowedError, AwsCallError, NoEndpointError, SIGN_IN } from '../errors/thrown';
import type { AwsAccess, AwsSettings, OpenAccount, OpenMessaging, Organization } from './account';
import type { CallListener } from './answered-call';
import { createCall, endWith, required, type AwsCore, type CallControl } from './call';
import { AwsClients, type AwsClient, type ClientClass } from './clients';
import { AwsClock } from './clock';
import { createAccountSessions, stsRegionFor } from './credentials';
import { askProviderChain, OwnCredentials, ownSession } from './own-credentials';
import { organizationAccounts, organizations, type OrganizationAccount } from './organizations';
import { Pacer } from './pacer';
import { consumerPolicy, ORGANIZATION_POLICY } from './policies';
import { explainMissingHost, homeRegion } from './regions';
import { RequestHandler } from './request-handler';
import { createRoleSession, type RoleUse } from './role-session';
import { identityCenter } from './sso-admin';

const REQUEST_TIMEOUT_MS = 10_000;
/** SQS answers a receive after 20 s at the latest. */
const POLL_TIMEOUT_MS = 30_000;

/**
 * Makes the way of a worker to AWS. It keeps the sessions of the accounts, and the clients that all share.
 *
 * @param now milliseconds since the epoch, by the machine's clock
 * @param pacer gives the calls to Identity Center their turns; STS, asked once an hour and account, has quotas of its own
 * @param onAnswer hears of each request to AWS
 */
export function accessAws(
  settings: AwsSettings,
  now: () => number,
  pacer: Pacer,
  onAnswer: CallListener = () => undefined,
): AwsAccess {
  const { endpoint, credentials, stsRegion } = settings;
  const clock = new AwsClock(now);
  const requestHandler = new RequestHandler(settings.network, (date) => {
    clock.hear(date);
  });
  const clients = new AwsClients(requestHandler, clock, endpoint);
  let latestRegion = stsRegion ?? 'us-east-1';
  const own = new OwnCredentials(
    credentials === undefined
      ? askProviderChain(requestHandler, endpoint, () => stsRegionFor(latestRegion, stsRegion))
      : () => Promise.resolve(credentials),
    clock,
  );
  const sessions = createAccountSessions(settings, clients, own, () => clock.now(), undefined, onAnswer);
  const core: AwsCore = {
    clients,
    sessions,
    requestTimeoutMs: settings.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    onAnswer,
  };
  const ssoAdmin = { Client: SSOAdminClient, pacer };
  const ofOrganizations = { Client: OrganizationsClient, pacer: new Pacer(undefined) };
  const ofOneOrganization = { Client: OrganizationsClient, pacer: new Pacer(undefined, undefined, true) };
  const sts = { Client: STSClient, pacer: new Pacer(undefined) };
  const home = homeRegion(settings);
  const openAccount: OpenAccount = (accountId, region = home, control) => {
    latestRegion = region;
    const callSts = createCall(core, sts, accountId, region, control);
    return {
      region,
      sessionArn: () =>
        callSts('read', 'GetCallerIdentity', async (client, options) => {
          const { Arn } = await client.send(new GetCallerIdentityCommand({}), options);
          return required(Arn, 'Arn');
        }),
      identityCenter: identityCenter(accountId, region, (inRegion) =>
        createCall(core, ssoAdmin, accountId, inRegion, control),
      ),
      organizations: organizations(createCall(core, ofOrganizations, accountId, region, control)),
      forgetCredentials: (olderThanMs) => {
        sessions.forget(accountId, olderThanMs);
      },
    };
  };
  const pacers = new Map<object, Pacer>();
  const openMessaging: OpenMessaging = async (accountId, region = home, control) => {
    // These clients take a worker's start a tenth of a second, and most workers have no use for them.
    const { messaging, MESSAGING_CLIENTS } = await import('./messaging.js');
    const its = accountId === undefined ? ownSession(own) : sessions;
    const call = <C extends AwsClient>(Client: ClientClass<C>) => {
      const pacer = pacers.get(Client) ?? new Pacer(undefined);
      pacers.set(Client, pacer);
      return createCall({ ...core, sessions: its }, { Client, pacer }, accountId ?? '', region, control);
    };
    const { sns, events, ssm } = MESSAGING_CLIENTS;
    return messaging(call(sns), call(events), call(ssm), () => {
      its.forget(accountId ?? '');
    });
  };
  const roleSession = (use: RoleUse) =>
    createRoleSession(use, settings, clients, own, () => clock.now(), onAnswer);
  const organization = roleSession({
    roleArn: settings.organizationRoleArn,
    rolePolicy: ORGANIZATION_POLICY,
    sessionName: 'identity-center-organization',
    own: 'organization',
  });
  const queue = roleSession({
    roleArn: settings.queueRoleArn,
    rolePolicy: consumerPolicy('*', true),
    sessionName: 'identity-center-queue',
    own: '',
  });
  const openQueue: AwsAccess['openQueue'] = async (queueUrl, region = home, control) => {
    const { queueing, QUEUE_CLIENT } = await import('./queueing.js');
    const { accountId, sessions: its } = queue;
    const service = { Client: QUEUE_CLIENT, pacer: new Pacer(undefined) };
    const callIn = (requestTimeoutMs: number) =>
      createCall({ ...core, sessions: its, requestTimeoutMs }, service, accountId, region, control);
    return queueing(queueUrl, callIn(core.requestTimeoutMs), callIn(POLL_TIMEOUT_MS), () => {
      its.forget(accountId);
    });
  };
  const openTasks: AwsAccess['openTasks'] = async (region, control) => {
    const { stateMachineTasks, TASK_CLIENT } = await import('./state-machine.js');
    const { accountId, sessions: its } = queue;
    const service = { Client: TASK_CLIENT, pacer: new Pacer(undefined) };
    return stateMachineTasks(
      createCall({ ...core, sessions: its }, service, accountId, region, control),
      () => {
        its.forget(accountId);
      },
    );
  };
  const openOrganization = (control: CallControl): Organization => {
    const { accountId, sessions: itsSessions } = organization;
    const itsCore = { ...core, sessions: itsSessions };
    const accounts = organizationAccounts(createCall(itsCore, ofOneOrganization, accountId, home, control));
    return {
      ...accounts,
      async listAccounts(from) {
        const page = await accounts.listAccounts(from);
        refuseOtherOrganization(page.items, settings);
        return page;
      },
      forgetCredentials: () => {
        itsSessions.forget(accountId);
      },
    };
  };
  const ownArn = async (signal: AbortSignal) => {
    try {
      return await endWith(signal, sessions.ownArn(home, signal));
    } catch (error) {
      const noHost = await explainMissingHost(error, home);
      throw new AwsCallError(SIGN_IN, noHost === undefined ? error : ofTheWorker(noHost));
    }
  };
  return {
    openAccount,
    openMessaging,
    openQueue,
    openTasks,
    openOrganization,
    ownArn,
    awsClockAheadMs: () => clock.aheadMs,
  };
}

/** @throws AwsCallError where the accounts are those of another organization than the worker keeps to */
function refuseOtherOrganization(
  accounts: readonly OrganizationAccount[],
  { organizationId: allowed }: AwsSettings,
): void {
  const other = accounts.find(({ organizationId }) => organizationId !== allowed);
  if (allowed === undefined || other === undefined) return;
  const { organizationId = 'not said' } = other;
  throw new AwsCallError(
    'ListAccounts',
    new AccountNotAllowedError(
      `the organization is ${organizationId}, and IDENTITY_CENTER_ORGANIZATION_ID of the worker is ${allowed}`,
    ),
  );
}

/** No request has a part in where STS is asked who the worker is. */
function ofTheWorker({
  message,
  remedy = 'Correct AWS_REGION of the worker.',
}: NoEndpointError): NoEndpointError {
  return new NoEndpointError(message, remedy);
}
