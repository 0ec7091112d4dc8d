import { defined } from '../../contract';
import type { CallListener } from './answered-call';
import type { AwsClients } from './clients';
import { createAccountSessions, type AccountSessions, type SessionSettings } from './credentials';
import { ownSession, type OwnCredentials } from './own-credentials';
import type { IamPolicy } from './policies';

/** Credentials for what a worker does beside the accounts of its runs: those of a role, or its own. */
export interface RoleSession {
  /** Whose they are, for whoever paces and names calls; of the worker's own credentials it is not known. */
  accountId: string;
  sessions: Pick<AccountSessions, 'credentials' | 'forget'>;
}

/** What the credentials are for. */
export interface RoleUse {
  /** Role to assume, with `{partition}`; `undefined`: the worker's own credentials do. */
  roleArn: string | undefined;
  /** What a session may do at the most. */
  rolePolicy: IamPolicy;
  sessionName: string;
  /** Names the calls that the worker's own credentials make. */
  own: string;
}

/**
 * Creates a session as those of accounts are, of one role. Which accounts the worker may touch is no matter here: nothing is
 * done in the account of the role that a run asks for.
 */
export function createRoleSession(
  { roleArn, rolePolicy, sessionName, own: name }: RoleUse,
  { externalId, sessionPolicy, stsRegion }: SessionSettings,
  clients: AwsClients,
  own: OwnCredentials,
  now: () => number,
  onAnswer: CallListener,
): RoleSession {
  if (roleArn === undefined) return { accountId: name, sessions: ownSession(own) };
  const [, , , , accountId = ''] = roleArn.split(':');
  const role: SessionSettings = defined({ roleArn, externalId, sessionPolicy, stsRegion, rolePolicy });
  return {
    accountId,
    sessions: createAccountSessions(role, clients, own, now, undefined, onAnswer, () => sessionName),
  };
}
