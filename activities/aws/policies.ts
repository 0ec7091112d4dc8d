/** A policy of IAM. */
export interface IamPolicy {
  Version: '2012-10-17';
  Statement: IamStatement[];
}

interface IamStatement {
  Sid: string;
  Effect: 'Allow';
  Principal?: { AWS: string };
  Action: string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, string>>;
}

/** The actions of a role in an account: those of the calls that are made there, and those that AWS wants beside them. */
const ROLE_ACTIONS = [
  'sso:CreateInstance',
  'sso:DescribeInstance',
  'sso:ListInstances',
  'sso:DeleteInstance',
  'sso:TagResource',
  'sso:TagInstance',
  'sso:ListTagsForResource',
  'identitystore:CreateIdentityStore',
  'identitystore:DeleteIdentityStore',
  // Only before an instance without our tag is adopted or deleted, and where the worker keeps to one organization.
  'organizations:DescribeOrganization',
];

/** What a role in an account may do at the least, and a session of it at the most. */
export const ROLE_POLICY: IamPolicy = {
  Version: '2012-10-17',
  Statement: [
    { Sid: 'IdentityCenter', Effect: 'Allow', Action: ROLE_ACTIONS, Resource: '*' },
    {
      Sid: 'ItsServiceLinkedRole',
      Effect: 'Allow',
      Action: ['iam:CreateServiceLinkedRole'],
      Resource: '*',
      Condition: { StringEquals: { 'iam:AWSServiceName': 'sso.amazonaws.com' } },
    },
  ],
};

/** What whoever lists the accounts of the organization for an audit may do at the least, and a session of it at the most. */
export const ORGANIZATION_POLICY: IamPolicy = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'TheAccountsOfTheOrganization',
      Effect: 'Allow',
      Action: ['organizations:ListAccounts'],
      Resource: '*',
    },
  ],
};

/** What the policy of a worker's own identity is made for. */
export interface WorkerPolicyScope {
  /** The role in each account, with `{accountId}`; `undefined`: the worker's own credentials are used there. */
  roleArn?: string;
  allowedAccounts?: ReadonlySet<string>;
  organizationId?: string;
  /** The role that lists the accounts of the organization; `undefined`: the worker's own credentials do, for audits. */
  organizationRoleArn?: string;
  /** The KMS keys of the data keys that payloads are encrypted with. */
  kmsKeyArns?: readonly string[];
}

/** An IAM policy has 6,144 characters at the most; the ARN of a role takes some 70. */
const MOST_ARNS = 60;

/** Makes the policy of a worker's own identity; without statements, where it needs none. */
export function workerPolicy({
  roleArn,
  allowedAccounts = new Set(),
  organizationId,
  organizationRoleArn,
  kmsKeyArns = [],
}: WorkerPolicyScope): IamPolicy {
  const arnIn = (account: string) => (roleArn ?? '').replaceAll('{accountId}', account);
  const named = allowedAccounts.size > 0 && allowedAccounts.size <= MOST_ARNS ? [...allowedAccounts] : ['*'];
  const assumeRole: IamStatement = {
    Sid: 'TheRoleInEachAccount',
    Effect: 'Allow',
    Action: ['sts:AssumeRole'],
    Resource: named.map(arnIn),
    ...(organizationId === undefined
      ? {}
      : { Condition: { StringEquals: { 'aws:ResourceOrgID': organizationId } } }),
  };
  const assumeOrganizationRole: IamStatement = {
    Sid: 'TheRoleThatListsAccounts',
    Effect: 'Allow',
    Action: ['sts:AssumeRole'],
    Resource: [organizationRoleArn ?? ''],
  };
  const decrypt: IamStatement = {
    Sid: 'TheKeysOfPayloads',
    Effect: 'Allow',
    Action: ['kms:Decrypt'],
    Resource: [...new Set(kmsKeyArns)],
  };
  return {
    Version: '2012-10-17',
    Statement: [
      ...(roleArn === undefined ? ROLE_POLICY.Statement : [assumeRole]),
      ...(organizationRoleArn === undefined ? [] : [assumeOrganizationRole]),
      ...(kmsKeyArns.length === 0 ? [] : [decrypt]),
    ],
  };
}

/** Makes the trust policy of the role in an account. @param workerArn the role or user that the worker is */
export function trustPolicy(workerArn: string, externalId?: string): IamPolicy {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'TheWorker',
        Effect: 'Allow',
        Principal: { AWS: workerArn },
        Action: ['sts:AssumeRole'],
        ...(externalId === undefined
          ? {}
          : { Condition: { StringEquals: { 'sts:ExternalId': externalId } } }),
      },
    ],
  };
}
