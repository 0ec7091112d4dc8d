import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AwsError, queryProtocol } from '../protocols';
import { operation, type Caller, type Service, type ServiceContext } from '../service';
import { readSessionPolicy, type AllowsAction } from '../session-policy';
import { optional, text } from '../validation';

// The limits of the sts service model, 2011-06-15.
const roleInput = {
  RoleArn: text(20, 2048, /^arn:aws(-[a-z]+)*:iam::\d{12}:role\/\S+$/),
  RoleSessionName: text(2, 64, /^[\w+=,.@-]*$/),
  DurationSeconds: z.coerce.number().int().min(900).max(43_200).default(3_600),
};
const assumeRoleInput = z.object({
  ...roleInput,
  ExternalId: optional(text(2, 1224, /^[\w+=,.@:/-]*$/)),
  Policy: optional(text(1, 2048, /^[\t\n\r -\u00ff]+$/)),
});
const webIdentityInput = z.object({ ...roleInput, WebIdentityToken: text(4, 20_000, /^\S+$/) });

const webIdentitySchema = z.object({ sub: z.string().default('somebody'), exp: z.number().optional() });

/** STS: who calls, and credentials of a role. */
export function createSts({ faults, keys }: ServiceContext): Service {
  function issue(
    { RoleArn, RoleSessionName, DurationSeconds }: z.output<z.ZodObject<typeof roleInput>>,
    allows?: AllowsAction,
  ) {
    const account = roleAccount(RoleArn) ?? '';
    const now = faults.now(account);
    const ttlMs = faults.get(account, 'credentialsTtlMs') ?? DurationSeconds * 1000;
    const roleName = RoleArn.split('/').at(-1) ?? '';
    const arn = `arn:aws:sts::${account}:assumed-role/${roleName}/${RoleSessionName}`;
    return {
      Credentials: {
        AccessKeyId: keys.issue(account, arn, now + ttlMs, allows),
        SecretAccessKey: randomBytes(30).toString('base64'),
        SessionToken: randomBytes(48).toString('base64'),
        Expiration: new Date(now + DurationSeconds * 1000).toISOString(),
      },
      AssumedRoleUser: { AssumedRoleId: `AROAEMULATOREXAMPLE00:${RoleSessionName}`, Arn: arn },
    };
  }

  function assumeRole(input: z.output<typeof assumeRoleInput>, caller: Caller): object {
    const { RoleArn } = input;
    if (!faults.isReady(roleAccount(RoleArn) ?? '')) {
      const message = `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`;
      throw new AwsError('AccessDenied', message);
    }
    return issue(input, input.Policy === undefined ? undefined : readSessionPolicy(input.Policy));
  }

  /** Looks at the `exp` of a token that is a JWT, and takes any other. */
  function assumeRoleWithWebIdentity(input: z.output<typeof webIdentityInput>): object {
    const { sub, exp } = readToken(input.WebIdentityToken);
    const now = faults.now(roleAccount(input.RoleArn)) / 1000;
    if (exp !== undefined && exp <= now) {
      const message = `Token expired: current date/time ${Math.floor(now)} must be before the expiration date/time ${exp}`;
      throw new AwsError('ExpiredTokenException', message);
    }
    return { ...issue(input), SubjectFromWebIdentityToken: sub };
  }

  return {
    protocol: queryProtocol('https://sts.amazonaws.com/doc/2011-06-15/'),
    prefix: 'sts',
    throttled: false,
    operations: {
      AssumeRole: operation({
        schema: assumeRoleInput,
        perform: assumeRole,
        account: (input) => roleAccount((input as { RoleArn?: string }).RoleArn),
      }),
      AssumeRoleWithWebIdentity: operation({
        schema: webIdentityInput,
        perform: assumeRoleWithWebIdentity,
        account: (input) => roleAccount((input as { RoleArn?: string }).RoleArn),
        isUnsigned: true,
      }),
      GetCallerIdentity: operation({
        // Whoever has credentials may ask, whatever a policy says.
        actions: [],
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

/** Reads the claims of a token; those that are not there get their defaults. */
function readToken(token: string): z.output<typeof webIdentitySchema> {
  try {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
    return webIdentitySchema.parse(JSON.parse(payload));
  } catch {
    return webIdentitySchema.parse({});
  }
}
