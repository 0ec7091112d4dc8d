import type { CallControl } from './call';
import type { SessionSettings } from './credentials';
import type { Messaging } from './messaging';
import type { NetworkSettings } from './network';
import type { OrganizationAccounts, Organizations } from './organizations';
import type { Queueing } from './queueing';
import type { IdentityCenter } from './sso-admin';
import type { StateMachineTasks } from './state-machine';

/** How a worker reaches AWS. */
export interface AwsSettings extends SessionSettings {
  /**
   * Role to assume, of the management account or of a delegated administrator, with `{partition}`; default: none, the
   * worker's own credentials list the accounts of the organization.
   */
  organizationRoleArn?: string;
  /**
   * Role to assume in the account of the queue, with `{partition}`; default: none, the worker's own credentials consume it, and
   * answer the tasks that it brings. AWS has a task answered from within the account of its state machine only.
   */
  queueRoleArn?: string;
  /** Endpoint of every service; default: AWS's own, or what `AWS_ENDPOINT_URL…` says. */
  endpoint?: string;
  /** Proxies and certificate authorities; default: none, and those of Node.js. */
  network?: NetworkSettings;
  /** Longest time a call may take, in milliseconds; default 10 s, and 5 s for STS. */
  requestTimeoutMs?: number;
  /** Calls to Identity Center per second, of all accounts and workers of a task queue; default: what AWS takes. */
  maxCallsPerSecond?: number;
}

/** What an activity may call in an account. */
export interface Account {
  identityCenter: IdentityCenter;
  organizations: Organizations;
  /** The Region that it is seen from. */
  region: string;
  /** Asks STS whose the credentials in the account are: an ARN. Throws what a {@link Call} throws. */
  sessionArn(): Promise<string>;
  /**
   * Drops the account's credentials, so that the next call fetches new ones.
   *
   * @param olderThanMs keeps them where they were fetched since
   */
  forgetCredentials(olderThanMs?: number): void;
}

/**
 * Opens an account, as seen from a Region. Nothing is sent before the first call.
 *
 * @param region default: the worker's
 */
export type OpenAccount = (accountId: string, region: string | undefined, control: CallControl) => Account;

/**
 * Opens what announcements take of AWS. Nothing is sent before the first call.
 *
 * @param accountId whose role is assumed; `undefined`: none, with the worker's own credentials
 * @param region default: the worker's
 */
export type OpenMessaging = (
  accountId: string | undefined,
  region: string | undefined,
  control: CallControl,
) => Promise<Messaging>;

/** The organization, as whoever may list its accounts sees it. */
export interface Organization extends OrganizationAccounts {
  /** Drops the credentials, so that the next call fetches new ones. */
  forgetCredentials(): void;
}

/** The way of a worker to AWS. */
export interface AwsAccess {
  openAccount: OpenAccount;
  openMessaging: OpenMessaging;
  /**
   * Opens a queue of SQS, as `queueRoleArn`, else with the worker's own credentials. Nothing is sent before the first call.
   *
   * @param region default: the worker's
   */
  openQueue(queueUrl: string, region: string | undefined, control: CallControl): Promise<Queueing>;
  /** Opens the tasks of Step Functions in a Region, as {@link openQueue} does. Nothing is sent before the first call. */
  openTasks(region: string, control: CallControl): Promise<StateMachineTasks>;
  /** Opens the organization, as `organizationRoleArn`, else likewise. Nothing is sent before the first call. */
  openOrganization(control: CallControl): Organization;
  /**
   * Asks STS who the worker itself is: an ARN.
   *
   * @throws AwsCallError whatever the cause
   */
  ownArn(signal: AbortSignal): Promise<string>;
  /** How far AWS's clock goes before this machine's, in milliseconds, by its last answer; `undefined` where it gave none. */
  awsClockAheadMs(): number | undefined;
}
