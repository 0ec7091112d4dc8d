import { AwsError } from './protocols';

/** Reads the JSON text of a redrive policy. @throws AwsError where SQS would not take it */
export function readRedrivePolicy(text: string | undefined): {
  deadLetterTargetArn: string;
  maxReceiveCount: number;
} {
  if (text === undefined || text === '') return { deadLetterTargetArn: '', maxReceiveCount: Infinity };
  const invalid = () => invalidValue(text, 'RedrivePolicy', 'Invalid value for RedrivePolicy.');
  let policy: { deadLetterTargetArn?: unknown; maxReceiveCount?: unknown };
  try {
    policy = JSON.parse(text) as typeof policy;
  } catch {
    throw invalid();
  }
  const { deadLetterTargetArn } = policy;
  const maxReceiveCount = Number(policy.maxReceiveCount);
  const isCount = Number.isInteger(maxReceiveCount) && maxReceiveCount >= 1 && maxReceiveCount <= 1_000;
  if (typeof deadLetterTargetArn !== 'string' || !isCount) throw invalid();
  return { deadLetterTargetArn, maxReceiveCount };
}

/** What SQS says of a value that it does not take. */
export function invalidValue(value: string, parameter: string, reason: string): AwsError {
  return new AwsError(
    'InvalidParameterValue',
    `Value ${value} for parameter ${parameter} is invalid. Reason: ${reason}`,
  );
}
