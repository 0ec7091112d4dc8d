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

/** What receivers take of AWS, as the policies say it. Partitions stand as `{partition}`. */
export interface ReceiverScope {
  topicArns: readonly string[];
  eventBusArns: readonly string[];
  /** Names of parameters in the accounts of runs, or in another that the worker assumes its role in. */
  parametersInAccounts: readonly string[];
  /** Names of parameters in the worker's own account. */
  ownParameters: readonly string[];
}

const NO_RECEIVERS: ReceiverScope = {
  topicArns: [],
  eventBusArns: [],
  parametersInAccounts: [],
  ownParameters: [],
};

/** Makes the policy of the role in an account, and of its sessions, where runs are announced by parameters there as well. */
export function rolePolicy({ parametersInAccounts }: ReceiverScope = NO_RECEIVERS): IamPolicy {
  return { ...ROLE_POLICY, Statement: [...ROLE_POLICY.Statement, ...putParameters(parametersInAccounts)] };
}

function putParameters(names: readonly string[]): IamStatement[] {
  return allow('TheParametersOfRuns', 'ssm:PutParameter', names.map(parameterArn));
}

/** What is filled into a name is not known yet. */
function parameterArn(name: string): string {
  const path = name.replaceAll(/\{\w+\}/g, '*').replace(/^\//, '');
  return `arn:{partition}:ssm:*:*:parameter/${path}`;
}

function allow(Sid: string, action: string, resources: readonly string[]): IamStatement[] {
  if (resources.length === 0) return [];
  return [{ Sid, Effect: 'Allow', Action: [action], Resource: [...new Set(resources)] }];
}

/** Fills the partition into a policy. */
export function inPartition(policy: IamPolicy, partition: string): IamPolicy {
  return JSON.parse(JSON.stringify(policy).replaceAll('{partition}', partition)) as IamPolicy;
}

/** What whoever lists the accounts of the organization for an audit may do at the least, and a session of it at the most. */
export const ORGANIZATION_POLICY: IamPolicy = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'TheAccountsOfTheOrganization',
      Effect: 'Allow',
      Action: [
        'organizations:ListAccounts',
        // Only where the rules of an audit are about names, units or tags.
        'organizations:DescribeAccount',
        'organizations:ListParents',
        'organizations:DescribeOrganizationalUnit',
        'organizations:ListTagsForResource',
      ],
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
  receivers?: ReceiverScope;
  /** The queue of SQS that the worker consumes. */
  queueArn?: string;
  /** The tasks of Step Functions that come by that queue are answered. */
  answersTasks?: boolean;
  /** The role that does both; `undefined`: the worker's own credentials do. */
  queueRoleArn?: string;
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
  receivers = NO_RECEIVERS,
  queueArn,
  answersTasks = false,
  queueRoleArn,
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
  const assumeQueueRole: IamStatement = {
    Sid: 'TheRoleThatConsumesTheQueue',
    Effect: 'Allow',
    Action: ['sts:AssumeRole'],
    Resource: [queueRoleArn ?? ''],
  };
  return {
    Version: '2012-10-17',
    Statement: [
      ...(roleArn === undefined ? rolePolicy(receivers).Statement : [assumeRole]),
      ...(organizationRoleArn === undefined ? [] : [assumeOrganizationRole]),
      ...allow('TheKeysOfPayloads', 'kms:Decrypt', kmsKeyArns),
      ...allow('TheTopicsOfReceivers', 'sns:Publish', receivers.topicArns),
      ...allow('TheEventBusesOfReceivers', 'events:PutEvents', receivers.eventBusArns),
      ...allow('ItsOwnParameters', 'ssm:PutParameter', receivers.ownParameters.map(parameterArn)),
      ...(queueRoleArn === undefined ? [] : [assumeQueueRole]),
      ...(queueArn === undefined || queueRoleArn !== undefined
        ? []
        : consumerPolicy(queueArn, answersTasks).Statement),
    ],
  };
}

/** Makes the policy of whoever consumes a queue, and answers the tasks of Step Functions that it brings. */
export function consumerPolicy(queueArn: string, answersTasks: boolean): IamPolicy {
  const queue: IamStatement = {
    Sid: 'TheQueue',
    Effect: 'Allow',
    Action: [
      'sqs:ReceiveMessage',
      'sqs:DeleteMessage',
      'sqs:ChangeMessageVisibility',
      'sqs:GetQueueAttributes',
    ],
    Resource: [queueArn],
  };
  // AWS knows no resource for these but all; whoever has no token can do nothing with them.
  const tasks: IamStatement = {
    Sid: 'TheTasksOfStateMachines',
    Effect: 'Allow',
    Action: ['states:SendTaskSuccess', 'states:SendTaskFailure', 'states:SendTaskHeartbeat'],
    Resource: '*',
  };
  return { Version: '2012-10-17', Statement: answersTasks ? [queue, tasks] : [queue] };
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
