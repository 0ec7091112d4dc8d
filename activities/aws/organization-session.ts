import { defined } from '../../contract';
import type { CallListener } from './answered-call';
import type { AwsClients } from './clients';
import { createAccountSessions, type AccountSessions, type SessionSettings } from './credentials';
import { ownSession, type OwnCredentials } from './own-credentials';
import { ORGANIZATION_POLICY } from './policies';

/** How a worker gets the credentials that list the accounts of its organization. */
export interface OrganizationSettings extends SessionSettings {
  /**
   * Role to assume, of the management account or of a delegated administrator, with `{partition}`; default: none, the
   * worker's own credentials list them.
   */
  organizationRoleArn?: string;
}

/** The credentials that list the accounts of the organization: a session as those of accounts are, of one account. */
export interface OrganizationSession {
  /** Whose they are, for whoever paces and names calls; of the worker's own credentials it is not known. */
  accountId: string;
  sessions: Pick<AccountSessions, 'credentials' | 'forget'>;
}

const OWN = 'organization';
const SESSION_NAME = 'identity-center-organization';

/**
 * Creates the session that lists the accounts of the organization. Which accounts the worker may touch is no matter here:
 * nothing is done in the account of the role.
 */
export function createOrganizationSession(
  settings: OrganizationSettings,
  clients: AwsClients,
  own: OwnCredentials,
  now: () => number,
  onAnswer: CallListener,
): OrganizationSession {
  const { organizationRoleArn: roleArn, externalId, sessionPolicy, stsRegion } = settings;
  if (roleArn === undefined) return { accountId: OWN, sessions: ownSession(own) };
  const [, , , , accountId = ''] = roleArn.split(':');
  const role: SessionSettings = defined({
    roleArn,
    externalId,
    sessionPolicy,
    stsRegion,
    rolePolicy: ORGANIZATION_POLICY,
  });
  return {
    accountId,
    sessions: createAccountSessions(role, clients, own, now, undefined, onAnswer, () => SESSION_NAME),
  };
}
