import { z } from 'zod';
import { AwsError } from './protocols';

/** Says whether a session policy allows an action, such as `sso:CreateInstance`. */
export type AllowsAction = (action: string) => boolean;

const policySchema = z.object({
  Version: z.literal('2012-10-17'),
  Statement: z.array(
    z.object({
      Effect: z.literal('Allow'),
      Action: z.array(z.string()),
      Resource: z.string().or(z.array(z.string())),
    }),
  ),
});

/** Reads a session policy of `Allow` statements. What resources and conditions it has is not looked at. @throws AwsError */
export function readSessionPolicy(text: string): AllowsAction {
  const patterns = parse(text).Statement.flatMap(({ Action }) => Action.map(toPattern));
  return (action) => patterns.some((pattern) => pattern.test(action));
}

function parse(text: string): z.output<typeof policySchema> {
  try {
    return policySchema.parse(JSON.parse(text));
  } catch {
    throw new AwsError('MalformedPolicyDocument', 'The policy is not in the valid JSON format.');
  }
}

function toPattern(action: string): RegExp {
  const parts = action.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'i');
}
