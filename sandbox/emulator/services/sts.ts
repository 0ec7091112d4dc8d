import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AwsError } from './aws-error';
import type { FaultPlan } from './faults';
import type { Store } from './store';

// The limits of the sts service model, 2011-06-15.
const assumeRoleSchema = z.object({
  RoleArn: z
    .string()
    .regex(/^arn:aws(-[a-z]+)*:iam::\d{12}:role\/\S+$/, 'is not the ARN of a role')
    .max(2048),
  RoleSessionName: z
    .string()
    .min(2)
    .max(64)
    .regex(/^[\w+=,.@-]*$/),
  ExternalId: z
    .string()
    .min(2)
    .max(1224)
    .regex(/^[\w+=,.@:/-]*$/)
    .optional(),
  DurationSeconds: z.coerce.number().int().min(900).max(43_200).default(3_600),
});

export type StsOperation = 'AssumeRole' | 'GetCallerIdentity';

export function isStsOperation(text: string): text is StsOperation {
  return text === 'AssumeRole' || text === 'GetCallerIdentity';
}

/** The account that a call is about: the one of the role for AssumeRole, else the caller's. */
export function accountOf(operation: StsOperation, parameters: URLSearchParams, caller: string): string {
  const role = operation === 'AssumeRole' ? parameters.get('RoleArn')?.split(':')[4] : undefined;
  return role ?? caller;
}

/** The operations of STS; each answers with the XML of its result. */
export function createSts(store: Store, faults: FaultPlan) {
  function assumeRole(parameters: URLSearchParams, callerArn: string): string {
    const read = assumeRoleSchema.safeParse(Object.fromEntries(parameters));
    if (!read.success) {
      const problems = read.error.issues
        .map(
          (it) =>
            `${it.path.join('.')}: ${it.code === 'invalid_type' ? 'Member must not be null' : it.message}`,
        )
        .join('; ');
      throw new AwsError('ValidationError', problems);
    }
    const { RoleArn, RoleSessionName, DurationSeconds } = read.data;
    const account = RoleArn.split(':')[4] ?? '';
    if (!faults.isReady(account)) {
      const message = `User: ${callerArn} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`;
      throw new AwsError('AccessDenied', message);
    }
    const ttlMs = faults.get(account, 'credentialsTtlMs') ?? DurationSeconds * 1000;
    const roleName = RoleArn.split('/').at(-1) ?? '';
    const arn = `arn:aws:sts::${account}:assumed-role/${roleName}/${RoleSessionName}`;
    return [
      '<Credentials>',
      element('AccessKeyId', store.issueKey(account, arn, ttlMs)),
      element('SecretAccessKey', randomBytes(30).toString('base64')),
      element('SessionToken', randomBytes(48).toString('base64')),
      element('Expiration', new Date(Date.now() + DurationSeconds * 1000).toISOString()),
      '</Credentials>',
      `<AssumedRoleUser>${element('AssumedRoleId', `AROAEMULATOREXAMPLE00:${RoleSessionName}`)}${element('Arn', arn)}</AssumedRoleUser>`,
    ].join('');
  }

  return function perform(
    operation: StsOperation,
    parameters: URLSearchParams,
    caller: { account: string; arn: string },
  ): string {
    if (operation === 'AssumeRole') return assumeRole(parameters, caller.arn);
    const { account, arn } = caller;
    return element('UserId', 'AIDAEMULATOREXAMPLE00') + element('Account', account) + element('Arn', arn);
  };
}

/** An XML element with text; what XML cannot hold, even escaped, becomes U+FFFD. */
export function element(name: string, text: string): string {
  const known = text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Cs}/gu, '\ufffd');
  const escaped = known.replace(/[<>&]/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<${name}>${escaped}</${name}>`;
}
