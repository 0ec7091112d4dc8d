import { AwsError, header, type AwsRequest, type Protocol } from './protocols';

/** As AWS has it, to both sides. */
export const DEFAULT_MAX_SKEW_MS = 5 * 60_000;

const BASIC_FORMAT = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

/**
 * Refuses a request that was signed too long ago, or in the future, by AWS's clock. One that does not say when it was
 * signed passes: the signature itself is not looked at either.
 *
 * @param now AWS's clock
 * @throws AwsError
 */
export function checkSignatureDate(
  request: AwsRequest,
  errors: Protocol['errors'],
  now: number,
  maxSkewMs: number,
): void {
  const date = header(request, 'x-amz-date');
  if (date === undefined) return;
  const [, year, month, day, hours, minutes, seconds] = BASIC_FORMAT.exec(date) ?? [];
  const signedAt = Date.parse(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
  if (Number.isNaN(signedAt)) {
    const message = `Date must be in ISO-8601 'basic format'. Got '${date.slice(0, 100)}'.`;
    throw new AwsError(errors.incompleteSignature, message);
  }
  const skew = maxSkewMs % 60_000 === 0 ? `${maxSkewMs / 60_000} min.` : `${maxSkewMs} ms`;
  if (signedAt < now - maxSkewMs) {
    const message = `Signature expired: ${date} is now earlier than ${basic(now - maxSkewMs)} (${basic(now)} - ${skew})`;
    throw new AwsError(errors.signature, message, 403);
  }
  if (signedAt > now + maxSkewMs) {
    const message = `Signature not yet current: ${date} is still later than ${basic(now + maxSkewMs)} (${basic(now)} + ${skew})`;
    throw new AwsError(errors.signature, message, 403);
  }
}

function basic(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
}
