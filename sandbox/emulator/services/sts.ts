import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AwsError, queryProtocol } from '../protocols';
import { operation, type Caller, type Service, type ServiceContext } from '../service';
import { optional, text } from '../validation';

// The limits of the sts service model, 2011-06-15.
const assumeRoleInput = z.object({
  RoleArn: text(20, 2048, /^arn:aws(-[a-z]+)*:iam::\d{12}:role\/\S+$/),
  RoleSessionName: text(2, 64, /^[\w+=,.@-]*$/),
  ExternalId: optional(text(2, 1224, /^[\w+=,.@:/-]*$/)),
  DurationSeconds: z.coerce.number().int().min(900).max(43_200).default(3_600),
});

/** STS: who calls, and credentials of a role. */
export function createSts({ faults, keys }: ServiceContext): Service {
  function assumeRole(
    { RoleArn, RoleSessionName, DurationSeconds }: z.output<typeof assumeRoleInput>,
    caller: Caller,
  ): object {
    const account = roleAccount(RoleArn) ?? '';
    if (!faults.isReady(account)) {
      const message = `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`;
      throw new AwsError('AccessDenied', message);
    }
    const now = faults.now(account);
    const ttlMs = faults.get(account, 'credentialsTtlMs') ?? DurationSeconds * 1000;
    const roleName = RoleArn.split('/').at(-1) ?? '';
    const arn = `arn:aws:sts::${account}:assumed-role/${roleName}/${RoleSessionName}`;
    return {
      Credentials: {
        AccessKeyId: keys.issue(account, arn, now + ttlMs),
        SecretAccessKey: randomBytes(30).toString('base64'),
        SessionToken: randomBytes(48).toString('base64'),
        Expiration: new Date(now + DurationSeconds * 1000).toISOString(),
      },
      AssumedRoleUser: { AssumedRoleId: `AROAEMULATOREXAMPLE00:${RoleSessionName}`, Arn: arn },
    };
  }

  return {
    protocol: queryProtocol('https://sts.amazonaws.com/doc/2011-06-15/'),
    throttled: false,
    operations: {
      AssumeRole: operation({
        schema: assumeRoleInput,
        perform: assumeRole,
        account: (input) => roleAccount((input as { RoleArn?: string }).RoleArn),
      }),
      GetCallerIdentity: operation({
        schema: z.object({}),
        perform: (_input, { account, arn }) => ({
          UserId: 'AIDAEMULATOREXAMPLE00',
          Account: account,
          Arn: arn,
        }),
      }),
    },
  };
}

function roleAccount(roleArn: string | undefined): string | undefined {
  return roleArn?.split(':')[4];
}
