import { z } from 'zod';
import { optional, text } from '../validation';

// The limits of the sso-admin service model, 2020-07-20.
const INSTANCE_ARN = /^arn:aws(-[a-z]{1,5}){0,3}:sso:::instance\/(sso)?ins-[a-zA-Z0-9-.]{16}$/;
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

const instanceArn = text(10, 1224, INSTANCE_ARN);
const resourceArn = text(10, 2048, INSTANCE_ARN);
const tagKey = text(1, 128, TAG_TEXT);
const tags = z.array(z.strictObject({ Key: tagKey, Value: text(0, 256, TAG_TEXT) })).max(75);
const nextToken = text(0, 2048, /^[-a-zA-Z0-9+=/_]*$/);
const name = text(0, 255, /^[\w+=,.@-]+$/);

/** The input of each operation. */
export const inputs = {
  CreateInstance: z.strictObject({
    ClientToken: optional(text(1, 64, /^[!-~]+$/)),
    Name: optional(name),
    Tags: optional(tags),
  }),
  DescribeInstance: z.strictObject({ InstanceArn: instanceArn }),
  ListInstances: z.strictObject({
    MaxResults: optional(z.int().min(1).max(100)),
    NextToken: optional(nextToken),
    RegionScope: optional(z.enum(['CURRENT_REGION', 'ALL_REGIONS'])),
  }),
  UpdateInstance: z.strictObject({
    InstanceArn: instanceArn,
    Name: optional(name),
    EncryptionConfiguration: optional(
      z.strictObject({
        KeyType: z.enum(['AWS_OWNED_KMS_KEY', 'CUSTOMER_MANAGED_KEY']),
        KmsKeyArn: optional(z.string()),
      }),
    ),
    PermissionSetsEnabled: optional(z.boolean()),
  }),
  DeleteInstance: z.strictObject({ InstanceArn: instanceArn }),
  TagResource: z.strictObject({ InstanceArn: optional(instanceArn), ResourceArn: resourceArn, Tags: tags }),
  UntagResource: z.strictObject({
    InstanceArn: optional(instanceArn),
    ResourceArn: resourceArn,
    TagKeys: z.array(tagKey).min(1).max(75),
  }),
  ListTagsForResource: z.strictObject({
    InstanceArn: optional(instanceArn),
    ResourceArn: resourceArn,
    NextToken: optional(nextToken),
  }),
};

export type Input<Operation extends keyof typeof inputs> = z.output<(typeof inputs)[Operation]>;
