/** An answer of AWS that passes: whoever meets it tries again. The names are AWS's, written down here apart from the product's. */
export interface PassingError {
  error: string;
  status: number;
}

const with400 = [
  'ThrottlingException',
  'Throttling',
  'ThrottledException',
  'RequestThrottled',
  'RequestThrottledException',
  'BandwidthLimitExceeded',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'TransactionInProgressException',
  'RequestTimeout',
];

/** Throttled, lost, or signed at a time that AWS does not take: none is AWS's last word. */
export const PASSING_ERRORS: readonly PassingError[] = [
  ...with400.map((error) => ({ error, status: 400 })),
  { error: 'RequestTimeoutException', status: 408 },
  { error: 'TooManyRequestsException', status: 429 },
  { error: 'EC2ThrottledException', status: 503 },
  { error: 'RequestLimitExceeded', status: 503 },
  { error: 'SlowDown', status: 503 },
  { error: 'ServiceUnavailableException', status: 503 },
  { error: 'InternalServerException', status: 500 },
  { error: 'InternalFailure', status: 500 },
  { error: 'ExpiredTokenException', status: 400 },
  { error: 'RequestTimeTooSkewed', status: 403 },
  { error: 'RequestExpired', status: 400 },
  { error: 'RequestInTheFuture', status: 400 },
  { error: 'InvalidSignatureException', status: 403 },
];

/** Whether a failure is of a name that passes. */
export function isPassing(type: string): boolean {
  return PASSING_ERRORS.some(({ error }) => error === type);
}
