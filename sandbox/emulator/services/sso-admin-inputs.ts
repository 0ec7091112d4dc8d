import { z } from 'zod';
import { AwsError } from './aws-error';

// The limits of the sso-admin service model, 2020-07-20.
const INSTANCE_ARN = /^arn:aws(-[a-z]{1,5}){0,3}:sso:::instance\/(sso)?ins-[a-zA-Z0-9-.]{16}$/;
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

const instanceArn = text(10, 1224, INSTANCE_ARN);
const resourceArn = text(10, 2048, INSTANCE_ARN);
const tagKey = text(1, 128, TAG_TEXT);
const tags = z.array(z.strictObject({ Key: tagKey, Value: text(0, 256, TAG_TEXT) })).max(75);
const nextToken = text(0, 2048, /^[-a-zA-Z0-9+=/_]*$/);
const name = text(0, 255, /^[\w+=,.@-]+$/);

/** A member that may be left out; the JSON protocol knows `null` for that as well. */
function given<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined);
}

/** The input of each operation. */
export const inputs = {
  CreateInstance: z.strictObject({
    ClientToken: given(text(1, 64, /^[!-~]+$/)),
    Name: given(name),
    Tags: given(tags),
  }),
  DescribeInstance: z.strictObject({ InstanceArn: instanceArn }),
  ListInstances: z.strictObject({
    MaxResults: given(z.int().min(1).max(100)),
    NextToken: given(nextToken),
    RegionScope: given(z.enum(['CURRENT_REGION', 'ALL_REGIONS'])),
  }),
  UpdateInstance: z.strictObject({
    InstanceArn: instanceArn,
    Name: given(name),
    EncryptionConfiguration: z
      .strictObject({
        KeyType: z.enum(['AWS_OWNED_KMS_KEY', 'CUSTOMER_MANAGED_KEY']),
        KmsKeyArn: given(z.string()),
      })
      .nullish()
      .transform((value) => value ?? undefined),
    PermissionSetsEnabled: given(z.boolean()),
  }),
  DeleteInstance: z.strictObject({ InstanceArn: instanceArn }),
  TagResource: z.strictObject({ InstanceArn: given(instanceArn), ResourceArn: resourceArn, Tags: tags }),
  UntagResource: z.strictObject({
    InstanceArn: given(instanceArn),
    ResourceArn: resourceArn,
    TagKeys: z.array(tagKey).min(1).max(75),
  }),
  ListTagsForResource: z.strictObject({
    InstanceArn: given(instanceArn),
    ResourceArn: resourceArn,
    NextToken: given(nextToken),
  }),
};

export type Operation = keyof typeof inputs;
export type Input<O extends Operation> = z.output<(typeof inputs)[O]>;

export function isOperation(text: string): text is Operation {
  return Object.hasOwn(inputs, text);
}

/** Reads the input of an operation; throws as AWS answers. */
export function readInput<O extends Operation>(operation: O, input: unknown): Input<O> {
  const read = inputs[operation].safeParse(input);
  if (read.success) return read.data as Input<O>;
  const { issues } = read.error;
  const wrongType = issues.find(
    (issue): issue is z.core.$ZodIssueInvalidType =>
      issue.code === 'invalid_type' && !isMissing(valueAt(input, issue.path)),
  );
  if (wrongType !== undefined) {
    throw new AwsError(
      'SerializationException',
      `${wrongType.path.map(String).join('.') || 'input'}: must be of type ${wrongType.expected}`,
    );
  }
  const problems = issues.map((issue) => describe(issue, input));
  const errors = problems.length === 1 ? '1 validation error' : `${problems.length} validation errors`;
  throw new AwsError('ValidationException', `${errors} detected: ${problems.join('; ')}`);
}

function describe(issue: z.core.$ZodIssue, input: unknown): string {
  if (issue.code === 'unrecognized_keys') return `Unknown member '${issue.keys.join("', '")}'`;
  const value = valueAt(input, issue.path);
  const at = `at '${issue.path.map(camelCase).join('.')}' failed to satisfy constraint`;
  return `Value ${isMissing(value) ? 'null' : `'${quote(value)}'`} ${at}: ${isMissing(value) ? 'Member must not be null' : issue.message}`;
}

function quote(value: unknown): string {
  try {
    return JSON.stringify(value).slice(0, 300);
  } catch {
    // Lists within lists by the thousand overflow its stack.
    return '…';
  }
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    input,
  );
}

function camelCase(key: PropertyKey): string {
  const member = String(key);
  return member.slice(0, 1).toLowerCase() + member.slice(1);
}

function text(least: number, most: number, pattern: RegExp) {
  return z
    .string()
    .min(least, `Member must have length greater than or equal to ${least}`)
    .max(most, `Member must have length less than or equal to ${most}`)
    .regex(
      pattern,
      `Member must satisfy regular expression pattern: ${pattern.source.replace(/^\^|\$$/g, '')}`,
    );
}
