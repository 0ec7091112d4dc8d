import {
  homeRegion,
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

const NAMES = ['worker', 'role', 'session', 'trust'] as const;
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
  const policies = defined({
    ...(await policiesOf(settings)),
    trust: workerArn === undefined ? undefined : trustPolicy(workerArn, settings.aws.externalId),
  });
  if (name === undefined) {
    printJson(policies);
    return EXIT.done;
  }
  const policy: IamPolicy | undefined = policies[name];
  if (policy === undefined) throw new UsageError(missing(name));
  printJson(policy);
  return EXIT.done;
}

async function policiesOf({ aws }: WorkerSettings) {
  const { roleArn, allowedAccounts, organizationId, sessionPolicy } = aws;
  const keysFile = process.env[KEYS_VARIABLE];
  const worker = workerPolicy(
    defined({
      roleArn: roleArn?.replaceAll('{partition}', partitionOf(homeRegion(aws))),
      allowedAccounts,
      organizationId,
      kmsKeyArns: keysFile === undefined ? [] : await readKmsKeys(keysFile),
    }),
  );
  const ofAccounts = { role: ROLE_POLICY, session: sessionPolicy === 'none' ? undefined : ROLE_POLICY };
  // Without a role the worker's own credentials are those of the account, and there is no session to limit.
  return defined({
    worker,
    ...(roleArn === undefined ? { role: undefined, session: undefined } : ofAccounts),
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
