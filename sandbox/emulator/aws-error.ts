/** An error as AWS answers it. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number = defaultStatus(code),
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
  }
}

function defaultStatus(code: string): number {
  if (code === 'InternalServerException' || code === 'InternalFailure') return 500;
  if (/^(AccessDenied|OptInRequired|ExpiredToken)$/.test(code)) return 403;
  return 400;
}
