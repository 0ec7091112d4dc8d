import {
  consumerPolicy,
  homeRegion,
  inPartition,
  ORGANIZATION_POLICY,
  partitionOf,
  rolePolicy,
  scopeOf,
  trustPolicy,
  workerPolicy,
  type IamPolicy,
  type WorkerPolicyScope,
} from '../activities';
import { defined } from '../contract';
import { KEYS_VARIABLE, readKmsKeys } from '../encryption';
import { readQueueUrl } from '../pipelines/queue';
import { readWorkerSettings, type WorkerSettings } from '../worker';
import { UsageError } from './errors';
import { EXIT } from './exit-codes';
import { print } from './output';
import { readConsumption } from './pipelines/consumption';
import { quote } from './words';

const NAMES = ['worker', 'role', 'session', 'organization', 'queue', 'trust'] as const;
type PolicyName = (typeof NAMES)[number];

/**
 * Prints the least privilege policies, as the settings of the worker in this environment want them. Nothing is asked of AWS.
 *
 * @throws UsageError, EncryptionKeysError
 */
export async function iamPolicy(
  which: string | undefined,
  { workerArn }: { workerArn?: string },
): Promise<number> {
  const name = NAMES.find((it) => it === which);
  if (which !== undefined && name === undefined)
    throw new UsageError(`${quote(which)} is no policy: there are ${NAMES.join(', ')}.`);
  const settings = readSettings();
  const policies = await policiesOf(settings, workerArn);
  if (name === undefined) {
    printPolicy(policies);
    return EXIT.done;
  }
  const policy = policies[name];
  if (policy === undefined) throw new UsageError(missing(name));
  printPolicy(policy);
  return EXIT.done;
}

/** People read it before they give it to IAM. */
function printPolicy(policy: object): void {
  print(JSON.stringify(policy, undefined, 2));
}

/** Makes the policies; those that the settings have no use for are left out. */
async function policiesOf(
  settings: WorkerSettings,
  workerArn: string | undefined,
): Promise<Partial<Record<PolicyName, IamPolicy>>> {
  const { aws, receivers = [] } = settings;
  const { roleArn, allowedAccounts, organizationId, organizationRoleArn, queueRoleArn, sessionPolicy } = aws;
  const keysFile = process.env[KEYS_VARIABLE];
  const partition = partitionOf(homeRegion(aws));
  const scope = scopeOf(receivers);
  const queueOf = queueScope(settings);
  const worker = workerPolicy(
    defined({
      roleArn,
      allowedAccounts,
      organizationId,
      organizationRoleArn,
      kmsKeyArns: keysFile === undefined ? [] : await readKmsKeys(keysFile),
      receivers: scope,
      ...queueOf,
      queueRoleArn,
    }),
  );
  const { queueArn, answersTasks = false } = queueOf;
  const queue =
    queueArn === undefined ? undefined : inPartition(consumerPolicy(queueArn, answersTasks), partition);
  // Without a role the worker's own credentials are those of the account, and there is no session to limit.
  const organization = ORGANIZATION_POLICY;
  if (roleArn === undefined) return defined({ worker: inPartition(worker, partition), organization, queue });
  const role = inPartition(rolePolicy(scope), partition);
  return defined({
    worker: inPartition(worker, partition),
    role,
    session: sessionPolicy === 'none' ? undefined : role,
    organization,
    queue,
    trust: workerArn === undefined ? undefined : trustPolicy(workerArn, aws.externalId),
  });
}

/** Says which queue the worker consumes, and whether it answers the tasks of Step Functions that come by it. */
function queueScope(settings: WorkerSettings): Pick<WorkerPolicyScope, 'queueArn' | 'answersTasks'> {
  const consumption = readConsumption(settings);
  const place = consumption && readQueueUrl(consumption.queue.url);
  if (consumption === undefined || place === undefined) return {};
  const { region = homeRegion(settings.aws), accountId, name } = place;
  const queueArn = `arn:{partition}:sqs:${region}:${accountId}:${name}`;
  return { queueArn, answersTasks: consumption.rules.tasks === 'answer' };
}

function missing(name: PolicyName): string {
  if (name === 'queue') return 'The settings of this environment name no queue: IDENTITY_CENTER_QUEUE_URL.';
  if (name === 'trust')
    return 'Say with --worker-arn which role or user the worker is: the role trusts nobody else.';
  return `The settings of this environment have no ${name} policy: IDENTITY_CENTER_ROLE_ARN or IDENTITY_CENTER_SESSION_POLICY is "none".`;
}

function readSettings(): WorkerSettings {
  try {
    return readWorkerSettings(process.env);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
