import {
  homeRegion,
  ORGANIZATION_POLICY,
  partitionOf,
  ROLE_POLICY,
  trustPolicy,
  workerPolicy,
  type IamPolicy,
} from '../activities';
import { defined } from '../contract';
import { KEYS_VARIABLE, readKmsKeys } from '../encryption';
import { readWorkerSettings, type WorkerSettings } from '../worker';
import { UsageError } from './errors';
import { EXIT } from './exit-codes';
import { printJson } from './output';
import { quote } from './words';

const NAMES = ['worker', 'role', 'session', 'organization', 'trust'] as const;
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
    printJson(policies);
    return EXIT.done;
  }
  const policy = policies[name];
  if (policy === undefined) throw new UsageError(missing(name));
  printJson(policy);
  return EXIT.done;
}

/** Makes the policies; those that the settings have no use for are left out. */
async function policiesOf(
  { aws }: WorkerSettings,
  workerArn: string | undefined,
): Promise<Partial<Record<PolicyName, IamPolicy>>> {
  const { roleArn, allowedAccounts, organizationId, organizationRoleArn, sessionPolicy } = aws;
  const partition = partitionOf(homeRegion(aws));
  const keysFile = process.env[KEYS_VARIABLE];
  const worker = workerPolicy(
    defined({
      roleArn: roleArn?.replaceAll('{partition}', partition),
      allowedAccounts,
      organizationId,
      organizationRoleArn: organizationRoleArn?.replaceAll('{partition}', partition),
      kmsKeyArns: keysFile === undefined ? [] : await readKmsKeys(keysFile),
    }),
  );
  // Without a role the worker's own credentials are those of the account, and there is no session to limit.
  if (roleArn === undefined) return { worker, organization: ORGANIZATION_POLICY };
  return defined({
    worker,
    role: ROLE_POLICY,
    session: sessionPolicy === 'none' ? undefined : ROLE_POLICY,
    organization: ORGANIZATION_POLICY,
    trust: workerArn === undefined ? undefined : trustPolicy(workerArn, aws.externalId),
  });
}

function missing(name: PolicyName): string {
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
