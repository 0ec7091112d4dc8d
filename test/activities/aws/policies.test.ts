import { SSOAdminClient, UpdateInstanceCommand } from '@aws-sdk/client-sso-admin';
import { ORGANIZATION_POLICY, rolePolicy, type IamPolicy } from '../../../activities';
import { accessAws } from '../../../activities/aws/access';
import type { AwsSettings } from '../../../activities/aws/account';
import { AwsClients } from '../../../activities/aws/clients';
import { AwsClock } from '../../../activities/aws/clock';
import { createAccountSessions } from '../../../activities/aws/credentials';
import { OwnCredentials } from '../../../activities/aws/own-credentials';
import { Pacer } from '../../../activities/aws/pacer';
import { RequestHandler } from '../../../activities/aws/request-handler';
import { emulatorSettings, startEmulator, type Emulator } from '../../../sandbox';
import { actionsOfWorkers } from '../../support/aws-calls';
import { callAlone, commandRunner } from '../../support/command';
import { freshAccount } from '../../support/harness';
import { startProvisioning } from '../../support/provisioning';
import { keysFile } from '../../encryption/keys';

const ROLE_POLICY = rolePolicy();

let emulator: Emulator;
const command = commandRunner({});
beforeAll(async () => {
  emulator = await startEmulator({ port: 0 });
  emulator.setFaults({ creationMs: 0 });
});
afterAll(async () => {
  command.dispose();
  await emulator.close();
});

const signal = new AbortController().signal;
const control = { timeToAnswer: () => 5_000, cancellation: signal, onAnswer: () => undefined };

function open(account: string, settings: Partial<AwsSettings> = {}) {
  const aws = { ...emulatorSettings(emulator.url), ...settings };
  return accessAws(aws, Date.now, new Pacer(undefined)).openAccount(account, 'eu-west-1', control);
}

const actionsOf = ({ Statement }: IamPolicy) => Statement.flatMap(({ Action }) => Action).sort();

test('the policy of the role has the actions that the calls of workers take, and no other', async () => {
  const its = await startProvisioning();
  try {
    const made = freshAccount();
    await its.provision(made, {}, { name: 'workforce', tags: { team: 'identity' } });
    await its.client.deprovision({ accountId: made });
    // Somebody else's: its organization is asked for before it is adopted.
    const taken = freshAccount();
    await its.createdBySomebodyElse(taken);
    await its.provision(taken, {}, { existing: 'adopt' });
    expect(actionsOfWorkers(its.emulator)).toEqual(actionsOf(ROLE_POLICY));
  } finally {
    await its.stop();
  }
});

test('a role of a delegated administrator lists the accounts for an audit, with a session that may do nothing else', async () => {
  const [admin, member] = [freshAccount(), freshAccount()];
  const organizationRoleArn = `arn:{partition}:iam::${admin}:role/auditor`;
  // It is no account that runs may touch.
  const its = await startProvisioning({
    aws: { organizationRoleArn, allowedAccounts: new Set([member]), organizationId: 'o-emulator00' },
  });
  try {
    const units = [{ id: 'ou-em00-11111111', name: 'Teams' }];
    const accounts = [
      { id: admin },
      { id: member, name: 'team', unit: 'ou-em00-11111111', tags: { stage: 'test' } },
    ];
    const organization = { accounts, units };
    its.emulator.setOrganization(organization);
    const { audits } = its.client;
    // Organizations is asked for all that rules may be about.
    const match = { account: 'team', organizationalUnit: 'Teams', tags: { stage: 'test' } };
    const rules = { defaults: { region: 'eu-west-1' }, rules: [{ match }] };
    const audit = async () => audits.result(await audits.start({ name: admin, rules }));
    // A member that may not list them.
    await expect(audit()).rejects.toThrow(/cannot be listed.*AccessDeniedException/);
    its.emulator.setOrganization({ ...organization, delegatedAdministrators: [admin] });
    const { found } = await audit();
    expect(found.find(({ accountId }) => accountId === member)).toMatchObject({
      findings: ['missing'],
      startAs: 'rules.0',
    });
    // The settings keep the worker out of it.
    expect(found.find(({ accountId }) => accountId === admin)).toMatchObject({
      findings: ['refused'],
      reason: 'accountNotAllowed',
    });
    expect(actionsOfWorkers(its.emulator, 'organization')).toEqual(actionsOf(ORGANIZATION_POLICY));
  } finally {
    await its.stop();
  }
});

test('the accounts of another organization than the one that is set are not audited', async () => {
  const its = await startProvisioning({ aws: { organizationId: 'o-another0000' } });
  try {
    const { audits } = its.client;
    await expect(audits.result(await audits.start({ name: freshAccount() }))).rejects.toThrow(
      /the organization is o-emulator00, and IDENTITY_CENTER_ORGANIZATION_ID of the worker is o-another0000/,
    );
  } finally {
    await its.stop();
  }
});

/** Does what this package never does, with the session that a worker has of an account. */
async function updateWithSession(settings: Partial<AwsSettings>): Promise<unknown> {
  const account = freshAccount();
  const InstanceArn = await open(account).identityCenter.createInstance({ ClientToken: 'a', Tags: [] });
  const { credentials: own, ...rest } = emulatorSettings(emulator.url);
  const clock = new AwsClock(Date.now);
  const clients = new AwsClients(new RequestHandler(), clock, emulator.url);
  const ofWorker = new OwnCredentials(() => Promise.resolve(own), clock);
  const sessions = createAccountSessions({ ...rest, ...settings }, clients, ofWorker, Date.now);
  const credentials = await sessions.credentials(account, 'eu-west-1', signal);
  const thief = new SSOAdminClient({ region: 'eu-west-1', endpoint: emulator.url, credentials });
  return thief.send(new UpdateInstanceCommand({ InstanceArn, Name: 'mine' }));
}

test('a session that is stolen can do no more than the worker does, whatever its role may', async () => {
  await expect(updateWithSession({})).rejects.toThrow(
    /not authorized to perform: sso:UpdateInstance because no session policy allows/,
  );
  await expect(updateWithSession({ sessionPolicy: 'none' })).resolves.toMatchObject({
    $metadata: { httpStatusCode: 200 },
  });
});

test('an account that the list does not have is not touched, and STS is not asked', async () => {
  const [allowed, other] = [freshAccount(), freshAccount()];
  const settings = { allowedAccounts: new Set([allowed]) };
  await open(allowed, settings).identityCenter.listOwnInstances();
  await expect(open(other, settings).identityCenter.listOwnInstances()).rejects.toMatchObject({
    cause: {
      name: 'AccountNotAllowedError',
      message: expect.stringContaining('ALLOWED_ACCOUNTS') as unknown,
    },
  });
  expect(emulator.calls({ account: other })).toHaveLength(0);
});

test('an account of another organization is asked for that alone, once a session', async () => {
  const account = freshAccount();
  const mine = open(account, { organizationId: 'o-emulator00' });
  await mine.identityCenter.listOwnInstances();
  await mine.identityCenter.listOwnInstances();
  expect(emulator.calls({ account, operation: 'DescribeOrganization' })).toHaveLength(1);

  const other = freshAccount();
  await expect(
    open(other, { organizationId: 'o-another0000' }).identityCenter.createInstance({
      ClientToken: 'a',
      Tags: [],
    }),
  ).rejects.toMatchObject({
    cause: {
      name: 'AccountNotAllowedError',
      message:
        'its organization is o-emulator00, and IDENTITY_CENTER_ORGANIZATION_ID of the worker is o-another0000',
    },
  });
  expect(emulator.calls({ account: other }).map(({ operation }) => operation)).toEqual([
    'AssumeRole',
    'DescribeOrganization',
  ]);
});

test('an account without an organization is none of the organization', async () => {
  const account = freshAccount();
  emulator.setFaults({
    accounts: [account],
    failNext: [{ operation: 'DescribeOrganization', error: 'AWSOrganizationsNotInUseException', times: 1 }],
  });
  await expect(
    open(account, { organizationId: 'o-emulator00' }).identityCenter.listOwnInstances(),
  ).rejects.toMatchObject({
    cause: { message: expect.stringMatching(/^its organization is none, and/) as unknown },
  });
});

test('where the organization cannot be asked, the call that failed is named, and nothing else is sent', async () => {
  const account = freshAccount();
  emulator.setFaults({
    accounts: [account],
    failNext: [{ operation: 'DescribeOrganization', error: 'AccessDeniedException', times: 1 }],
  });
  const opened = open(account, { organizationId: 'o-emulator00' });
  await expect(opened.identityCenter.listOwnInstances()).rejects.toMatchObject({
    operation: 'DescribeOrganization',
    cause: { name: 'AccessDeniedException' },
  });
  expect(emulator.calls({ account, operation: 'ListInstances' })).toHaveLength(0);
});

test('a run of an account that the worker may not touch ends as AccountNotAllowed, and says what to correct', async () => {
  const its = await startProvisioning({ aws: { allowedAccounts: new Set([freshAccount()]) } });
  try {
    const account = freshAccount();
    await expect(its.provision(account, {})).rejects.toMatchObject({
      failure: {
        type: 'AccountNotAllowed',
        message: expect.stringMatching(
          new RegExp(
            `^Account ${account}: .*keep it out of the account.*ALLOWED_ACCOUNTS.*start the run again\\.$`,
          ),
        ) as unknown,
      },
    });
    expect(its.emulator.calls({ account })).toHaveLength(0);
  } finally {
    await its.stop();
  }
});

describe('identity-center iam-policy', () => {
  const kmsKeyArn = 'arn:aws:kms:eu-west-1:999999999999:key/0b8a1f6e';
  const file = keysFile({ encryptWith: 'a', keys: [{ id: 'a', encryptedKey: 'AAAA', kmsKeyArn }] });
  afterAll(() => {
    file.dispose();
  });
  const printed = async (args: string[], env: NodeJS.ProcessEnv = {}) => {
    const { code, stdout, stderr } = await callAlone(['iam-policy', ...args], { ...command.env, ...env });
    return code === 0 ? (JSON.parse(stdout) as unknown) : `${code} ${stderr}`;
  };

  test('the policies of role and session are the ones that are tested above', async () => {
    expect(await printed([])).toMatchObject({
      role: ROLE_POLICY,
      session: ROLE_POLICY,
      organization: ORGANIZATION_POLICY,
    });
    expect(await printed(['role'])).toEqual(ROLE_POLICY);
  });

  test('the worker may assume its role in the accounts that are allowed, and decrypt its keys', async () => {
    const env = {
      IDENTITY_CENTER_ROLE_ARN: 'arn:{partition}:iam::{accountId}:role/provisioner',
      IDENTITY_CENTER_ALLOWED_ACCOUNTS: '111122223333, 444455556666',
      IDENTITY_CENTER_ORGANIZATION_ID: 'o-a1b2c3d4e5',
      IDENTITY_CENTER_ENCRYPTION_KEYS_FILE: file.path,
      AWS_REGION: 'cn-north-1',
    };
    expect(await printed(['worker'], env)).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'TheRoleInEachAccount',
          Effect: 'Allow',
          Action: ['sts:AssumeRole'],
          Resource: [
            'arn:aws-cn:iam::111122223333:role/provisioner',
            'arn:aws-cn:iam::444455556666:role/provisioner',
          ],
          Condition: { StringEquals: { 'aws:ResourceOrgID': 'o-a1b2c3d4e5' } },
        },
        { Sid: 'TheKeysOfPayloads', Effect: 'Allow', Action: ['kms:Decrypt'], Resource: [kmsKeyArn] },
      ],
    });
  });

  test('what receivers take is in the policies where a file of receivers has them, and nowhere else', async () => {
    const receivers = keysFile({
      receivers: [
        { name: 'topic', sns: { topicArn: 'arn:aws-cn:sns:cn-north-1:999999999999:runs' } },
        {
          name: 'bus',
          eventBridge: { eventBusArn: 'arn:aws-cn:events:cn-north-1:999999999999:event-bus/platform' },
        },
        { name: 'there', ssmParameter: { name: '/identity-center/{region}' } },
        { name: 'here', ssmParameter: { name: '/instances/{accountId}/arn', account: 'worker' } },
      ],
    });
    const env = { IDENTITY_CENTER_RECEIVERS_FILE: receivers.path, AWS_REGION: 'cn-north-1' };
    const put = (Sid: string, name: string) => ({
      Sid,
      Effect: 'Allow',
      Action: ['ssm:PutParameter'],
      Resource: [`arn:aws-cn:ssm:*:*:parameter/${name}`],
    });
    const role = {
      ...ROLE_POLICY,
      Statement: [...ROLE_POLICY.Statement, put('TheParametersOfRuns', 'identity-center/*')],
    };
    expect(await printed([], env)).toEqual({
      role,
      session: role,
      organization: ORGANIZATION_POLICY,
      worker: {
        Version: '2012-10-17',
        Statement: [
          expect.objectContaining({ Action: ['sts:AssumeRole'] }),
          {
            Sid: 'TheTopicsOfReceivers',
            Effect: 'Allow',
            Action: ['sns:Publish'],
            Resource: ['arn:aws-cn:sns:cn-north-1:999999999999:runs'],
          },
          {
            Sid: 'TheEventBusesOfReceivers',
            Effect: 'Allow',
            Action: ['events:PutEvents'],
            Resource: ['arn:aws-cn:events:cn-north-1:999999999999:event-bus/platform'],
          },
          put('ItsOwnParameters', 'instances/*/arn'),
        ],
      },
    });
    receivers.dispose();
    expect(JSON.stringify(await printed([]))).not.toMatch(/sns:|events:|ssm:/);
  });

  test('the worker may assume the role that lists the accounts, where one is set', async () => {
    const env = {
      IDENTITY_CENTER_ORGANIZATION_ROLE_ARN: 'arn:{partition}:iam::999999999999:role/auditor',
      AWS_REGION: 'us-gov-west-1',
    };
    const { Statement } = (await printed(['worker'], env)) as IamPolicy;
    expect(Statement[1]).toEqual({
      Sid: 'TheRoleThatListsAccounts',
      Effect: 'Allow',
      Action: ['sts:AssumeRole'],
      Resource: ['arn:aws-us-gov:iam::999999999999:role/auditor'],
    });
    expect(await printed(['organization'], env)).toEqual(ORGANIZATION_POLICY);
  });

  test('a role consumes the queue, where one is set, and the worker may assume it', async () => {
    const rules = command.file('rules.yaml', 'defaults: {region: eu-west-1}');
    const queueRoleArn = 'arn:aws:iam::222222222222:role/identity-center-queue';
    const env = {
      IDENTITY_CENTER_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/222222222222/identity-center',
      IDENTITY_CENTER_QUEUE_ROLE_ARN: queueRoleArn,
      IDENTITY_CENTER_EVENT_RULES_FILE: rules,
    };
    const { Statement } = (await printed(['worker'], env)) as IamPolicy;
    expect(Statement.slice(1)).toEqual([
      {
        Sid: 'TheRoleThatConsumesTheQueue',
        Effect: 'Allow',
        Action: ['sts:AssumeRole'],
        Resource: [queueRoleArn],
      },
    ]);
    expect(await printed(['queue'], env)).toMatchObject({
      Statement: [
        { Sid: 'TheQueue', Resource: ['arn:aws:sqs:eu-west-1:222222222222:identity-center'] },
        { Sid: 'TheTasksOfStateMachines', Resource: '*' },
      ],
    });
  });

  test('the role trusts the worker alone, with its external ID', async () => {
    const workerArn = 'arn:aws:iam::999999999999:role/worker';
    const env = { IDENTITY_CENTER_EXTERNAL_ID: 'secret-handshake' };
    expect(await printed(['trust', '--worker-arn', workerArn], env)).toMatchObject({
      Statement: [
        {
          Principal: { AWS: workerArn },
          Condition: { StringEquals: { 'sts:ExternalId': 'secret-handshake' } },
        },
      ],
    });
  });

  test.each([
    [['others'], {}, /^2 .*is no policy: there are worker, role, session, organization, queue, trust/],
    [['trust'], {}, /^2 Say with --worker-arn/],
    [['trust', '--worker-arn', 'me'], {}, /^2 .*must be the ARN of a role or user/],
    [
      ['session'],
      { IDENTITY_CENTER_SESSION_POLICY: 'none' },
      /^2 .*IDENTITY_CENTER_SESSION_POLICY is "none"/,
    ],
    [['role'], { IDENTITY_CENTER_ROLE_ARN: 'none' }, /^2 .*IDENTITY_CENTER_ROLE_ARN/],
    [
      [],
      { IDENTITY_CENTER_SESSION_POLICY: 'all' },
      /^2 IDENTITY_CENTER_SESSION_POLICY: must be least-privilege or none/,
    ],
    [
      [],
      { IDENTITY_CENTER_ALLOWED_ACCOUNTS: '1111' },
      /^2 IDENTITY_CENTER_ALLOWED_ACCOUNTS: must be account IDs/,
    ],
    [
      [],
      { IDENTITY_CENTER_RECEIVERS_FILE: '/none' },
      /^2 IDENTITY_CENTER_RECEIVERS_FILE: the file cannot be read/,
    ],
    [
      [],
      { IDENTITY_CENTER_ORGANIZATION_ROLE_ARN: 'auditor' },
      /^2 IDENTITY_CENTER_ORGANIZATION_ROLE_ARN: must be the ARN of an IAM role/,
    ],
    [[], { IDENTITY_CENTER_ORGANIZATION_ID: 'mine' }, /^2 IDENTITY_CENTER_ORGANIZATION_ID: must be the ID/],
  ])('%j with %j is refused by its name', async (args, env, said) => {
    expect(await printed(args, env)).toMatch(said);
  });
});
