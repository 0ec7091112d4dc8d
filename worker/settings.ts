import { z } from 'zod';
import {
  readNetworkSettings,
  readReceivers,
  sharedAccountsOf,
  type AwsSettings,
  type Receiver,
} from '../activities';
import { DEFAULT_TASK_QUEUE, defined, oneLine, readEnvironment, type Environment } from '../contract';
import type { WorkerVersion } from './deployment';
import type { ListenAddress } from './monitor';
import { tuningSchema, type Tuning } from './tuning';

const RATE = { error: 'must be a number of more than 0 and up to 100000' };
const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
const SESSION_POLICIES = ['least-privilege', 'none'] as const;
const DEFAULT_ROLE_ARN = 'arn:{partition}:iam::{accountId}:role/AWSControlTowerExecution';

/** What Temporal takes for the name of a deployment, or for a build ID. */
const versionName = (pattern: RegExp, problem: string) =>
  z.string().max(200, 'must have no more than 200 characters').regex(pattern, problem).optional();

/**
 * The settings of a worker. AWS's own (`AWS_…`) are read by the AWS SDK; how Temporal is reached (`TEMPORAL_…`) by envconfig,
 * which does not read of which version a worker is.
 */
export const workerSettingsSchema = z.object({
  IDENTITY_CENTER_TASK_QUEUE: z
    .string()
    .min(1)
    .default(DEFAULT_TASK_QUEUE)
    .describe('Task queue that the worker polls and the client starts runs on.'),
  IDENTITY_CENTER_ROLE_ARN: z
    .union([
      z.literal('none'),
      z.string().regex(/^arn:[^:]+:iam::[^:]+:role\/\S+$/, 'must be the ARN of an IAM role, or "none"'),
    ])
    .default(DEFAULT_ROLE_ARN)
    .describe(
      'Role that the worker assumes in the account; {partition} and {accountId} are filled in. "none": no role, the worker\'s own credentials, which must be those of the account.',
    ),
  IDENTITY_CENTER_EXTERNAL_ID: z
    .string()
    .regex(
      /^[\w+=,.@:/-]{2,1224}$/,
      'must be an external ID: 2 to 1224 letters, digits and _ + = , . @ : / -',
    )
    .optional()
    .describe('External ID that the role asks for. Default: none.'),
  IDENTITY_CENTER_SESSION_POLICY: z
    .enum(SESSION_POLICIES, { error: `must be ${SESSION_POLICIES.join(' or ')}` })
    .default('least-privilege')
    .describe(
      'What the session in an account may do at the most: "least-privilege": what `identity-center iam-policy session` prints. "none": all that the role may.',
    ),
  IDENTITY_CENTER_ALLOWED_ACCOUNTS: z
    .string()
    .regex(
      /^\d{12}(?:[\s,]+\d{12})*$/,
      'must be account IDs of 12 digits, with commas or spaces between them',
    )
    .optional()
    .describe(
      'Accounts that the worker may touch; a run of any other ends as AccountNotAllowed. Default: any.',
    ),
  IDENTITY_CENTER_ORGANIZATION_ID: z
    .string()
    .regex(/^o-[a-z0-9]{10,32}$/, 'must be the ID of an organization, such as o-a1b2c3d4e5')
    .optional()
    .describe(
      'Organization whose accounts the worker may touch; it asks AWS once a session of an account. Default: any.',
    ),
  IDENTITY_CENTER_ORGANIZATION_ROLE_ARN: z
    .string()
    .regex(/^arn:[^:]+:iam::\d{12}:role\/\S+$/, 'must be the ARN of an IAM role')
    .optional()
    .describe(
      "Role that the worker assumes to list the organization's accounts for an audit, and to look up what the rules of a queue ask for: in the management account, or in that of a delegated administrator; {partition} is filled in. Default: none, the worker's own credentials list them.",
    ),
  IDENTITY_CENTER_ENCRYPTION_KEYS_FILE: z
    .string()
    .optional()
    .describe(
      'File of the keys that payloads are encrypted with; the same keys for worker, client, command and codec server: docs/security.md. Default: none, payloads are JSON that the Temporal UI can read.',
    ),
  IDENTITY_CENTER_RECEIVERS_FILE: z
    .string()
    .optional()
    .describe(
      'File (YAML or JSON) of who is told of the ends and holds of runs, the same for each worker: docs/pipelines.md. Default: none, nobody is.',
    ),
  IDENTITY_CENTER_QUEUE_URL: z
    .string()
    .regex(
      /^https?:\/\/[^/?#@\s]+\/\d{12}\/[\w-]{1,80}(?:\.fifo)?$/,
      'must be the URL of a queue of SQS, such as https://sqs.eu-west-1.amazonaws.com/999999999999/accounts-vended',
    )
    .optional()
    .describe(
      'Queue of SQS that the worker consumes beside its task queue: events of pipelines, and tasks of Step Functions: docs/pipelines.md. It needs IDENTITY_CENTER_EVENT_RULES_FILE. Default: none.',
    ),
  IDENTITY_CENTER_QUEUE_ROLE_ARN: z
    .string()
    .regex(/^arn:[^:]+:iam::\d{12}:role\/\S+$/, 'must be the ARN of an IAM role')
    .optional()
    .describe(
      "Role that the worker assumes to consume the queue and to answer its tasks, for a queue in another account: AWS has the tasks of a state machine answered from within its account only; {partition} is filled in. Default: none, the worker's own credentials do.",
    ),
  IDENTITY_CENTER_EVENT_RULES_FILE: z
    .string()
    .optional()
    .describe(
      'File (YAML or JSON) of the rules for events, the same for each worker: docs/pipelines.md. Default: none; the Lambda function takes rules.yaml beside it.',
    ),
  IDENTITY_CENTER_MAX_CONCURRENT_CALLS: tuningSchema.shape.maxConcurrentCalls,
  IDENTITY_CENTER_MAX_CALLS_PER_SECOND: z.coerce
    .number(RATE)
    .positive(RATE)
    .max(100_000, RATE)
    .optional()
    .describe(
      'Calls to Identity Center a second, of all accounts, shared by the workers of the task queue; the same for each worker. Default: none, the workers slow down where AWS throttles.',
    ),
  IDENTITY_CENTER_MAX_CONCURRENT_WORKFLOW_TASKS: tuningSchema.shape.maxConcurrentWorkflowTasks,
  IDENTITY_CENTER_MAX_CACHED_WORKFLOWS: tuningSchema.shape.maxCachedWorkflows,
  IDENTITY_CENTER_MAX_POLLERS: tuningSchema.shape.maxPollers,
  IDENTITY_CENTER_STICKY_TIMEOUT: tuningSchema.shape.stickyTimeout,
  TEMPORAL_DEPLOYMENT_NAME: versionName(
    /^(?!__)[^.:\s]+$/,
    'must have no dot, colon or space, and not begin with "__"',
  ).describe(
    'Worker Deployment that the worker is of; turns Worker Versioning on. Set by the Temporal Worker Controller. Default: none, no versioning.',
  ),
  TEMPORAL_WORKER_BUILD_ID: versionName(
    /^(?!__)\S+$/,
    'must have no space, and not begin with "__"',
  ).describe(
    'Build ID of the worker, with TEMPORAL_DEPLOYMENT_NAME. Set by the Temporal Worker Controller. Default: version of the package and hash of its workflow bundle.',
  ),
  IDENTITY_CENTER_SHUTDOWN_GRACE_TIME: tuningSchema.shape.shutdownGraceTime,
  IDENTITY_CENTER_WORKER_IDENTITY: z
    .string()
    .max(200, 'must have 200 characters at the most')
    .optional()
    .describe(
      'What Temporal lists the worker as, such as the namespace and name of its pod. Default: process ID and host.',
    ),
  IDENTITY_CENTER_METRICS_ADDRESS: z
    .string()
    .refine((address) => readAddress(address) !== undefined, {
      error: 'must be an address and a port, such as "0.0.0.0:9464" or "127.0.0.1:9464"',
    })
    .optional()
    .describe(
      'Where the worker serves /metrics for Prometheus, /healthz and /readyz over HTTP. Default: none, it serves none of them.',
    ),
  IDENTITY_CENTER_LOG_LEVEL: z
    .enum(LOG_LEVELS, { error: `must be ${LOG_LEVELS.slice(0, -1).join(', ')} or ${LOG_LEVELS.at(-1)}` })
    .default('info')
    .describe('Least severe level that is logged, as JSON lines on stderr.'),
});

/** What a worker is told by its environment. */
export interface WorkerSettings extends Tuning, WorkerVersion {
  taskQueue: string;
  logLevel: 'debug' | 'info' | 'warn' | 'error';
  identity?: string;
  metricsAddress?: ListenAddress;
  receivers?: readonly Receiver[];
  /** URL of the queue of SQS that is consumed beside the task queue. */
  queueUrl?: string;
  eventRulesFile?: string;
  aws: AwsSettings;
}

/**
 * Reads the settings of a worker.
 *
 * @throws Error naming every variable that is wrong
 */
export function readWorkerSettings(environment: Environment): WorkerSettings {
  const env = readEnvironment(environment);
  const read = workerSettingsSchema.safeParse(env);
  if (!read.success) {
    const problems = read.error.issues.map(({ path: [name = ''], message }) => {
      return `${String(name)}: ${message}, not "${oneLine(env[String(name)] ?? '', 100)}"`;
    });
    throw new Error(`${problems.join('; ')}.`);
  }
  const settings = read.data;
  const { TEMPORAL_DEPLOYMENT_NAME: deploymentName, TEMPORAL_WORKER_BUILD_ID: buildId } = settings;
  // Whoever names a build means to have versions, and would have none.
  if (buildId !== undefined && deploymentName === undefined)
    throw new Error(
      'TEMPORAL_WORKER_BUILD_ID: is set, but TEMPORAL_DEPLOYMENT_NAME is not: set both, or neither.',
    );
  const queueUrl = settings.IDENTITY_CENTER_QUEUE_URL;
  if (queueUrl !== undefined && settings.IDENTITY_CENTER_EVENT_RULES_FILE === undefined)
    throw new Error(
      'IDENTITY_CENTER_EVENT_RULES_FILE: is not set, and IDENTITY_CENTER_QUEUE_URL is: name the file that says what each account is asked for.',
    );
  const roleArn = settings.IDENTITY_CENTER_ROLE_ARN;
  const allowedAccounts = accountsOf(settings.IDENTITY_CENTER_ALLOWED_ACCOUNTS);
  const receivers = receiversIn(settings.IDENTITY_CENTER_RECEIVERS_FILE, allowedAccounts);
  return {
    taskQueue: settings.IDENTITY_CENTER_TASK_QUEUE,
    maxConcurrentCalls: settings.IDENTITY_CENTER_MAX_CONCURRENT_CALLS,
    maxConcurrentWorkflowTasks: settings.IDENTITY_CENTER_MAX_CONCURRENT_WORKFLOW_TASKS,
    maxCachedWorkflows: settings.IDENTITY_CENTER_MAX_CACHED_WORKFLOWS,
    maxPollers: settings.IDENTITY_CENTER_MAX_POLLERS,
    stickyTimeout: settings.IDENTITY_CENTER_STICKY_TIMEOUT,
    shutdownGraceTime: settings.IDENTITY_CENTER_SHUTDOWN_GRACE_TIME,
    logLevel: settings.IDENTITY_CENTER_LOG_LEVEL,
    ...defined({
      deploymentName,
      buildId,
      identity: settings.IDENTITY_CENTER_WORKER_IDENTITY,
      receivers,
      queueUrl,
      eventRulesFile: settings.IDENTITY_CENTER_EVENT_RULES_FILE,
      metricsAddress: readAddress(settings.IDENTITY_CENTER_METRICS_ADDRESS ?? ''),
    }),
    aws: defined({
      roleArn: roleArn === 'none' ? undefined : roleArn,
      externalId: settings.IDENTITY_CENTER_EXTERNAL_ID,
      sessionPolicy: settings.IDENTITY_CENTER_SESSION_POLICY,
      allowedAccounts,
      organizationId: settings.IDENTITY_CENTER_ORGANIZATION_ID,
      organizationRoleArn: settings.IDENTITY_CENTER_ORGANIZATION_ROLE_ARN,
      queueRoleArn: settings.IDENTITY_CENTER_QUEUE_ROLE_ARN,
      stsRegion: env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'],
      network: readNetworkSettings(env),
      maxCallsPerSecond: settings.IDENTITY_CENTER_MAX_CALLS_PER_SECOND,
    }),
  };
}

function receiversIn(
  file: string | undefined,
  allowedAccounts: ReadonlySet<string> | undefined,
): readonly Receiver[] | undefined {
  if (file === undefined) return undefined;
  const wrong = (why: string) => new Error(`IDENTITY_CENTER_RECEIVERS_FILE: ${why}.`);
  let receivers: readonly Receiver[];
  try {
    receivers = readReceivers(file);
  } catch (error) {
    throw wrong((error as Error).message);
  }
  const kept = sharedAccountsOf(receivers).find((account) => allowedAccounts?.has(account) === false);
  if (kept === undefined) return receivers;
  throw wrong(`a parameter is in account ${kept}, which IDENTITY_CENTER_ALLOWED_ACCOUNTS does not have`);
}

function readAddress(address: string): ListenAddress | undefined {
  const [, ipv6, host = ipv6, port] = /^(?:\[([\da-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(address) ?? [];
  return host === undefined || Number(port) > 65_535 ? undefined : { host, port: Number(port) };
}

function accountsOf(list: string | undefined): ReadonlySet<string> | undefined {
  return list === undefined ? undefined : new Set(list.split(/[\s,]+/));
}
