/**
 * What a failed call means for the run:
 * - `backOff`: try again with exponential back-off and full jitter, until the time-out of the activity;
 * - `freshCredentials`: the same, with new credentials;
 * - `untilAccountReady`: like `backOff`, but no longer than `accountReadyTimeout`;
 * - `stop`: never send it again.
 */
export type Retry = 'backOff' | 'freshCredentials' | 'untilAccountReady' | 'stop';

/** One row of the table of answers. */
export interface FailureRow {
  /** The names this goes by: AWS's error codes where AWS has one, else ours. The failure type of a run is one of them. */
  readonly types: readonly string[];
  /** The list of the AWS SDK whose every name is of this row as well. The SDK has none of expired credentials. */
  readonly sdkList?: 'throttling' | 'transient errors';
  readonly retry: Retry;
  /** What happened, as a clause for people. */
  readonly meaning: string;
  /** The next step, as a sentence for people. */
  readonly remedy: string;
  /** The next step where this was the last word when the time was over; default: that of the time-out. */
  readonly remedyAfterTimeout?: string;
  /** The next step where the run is held; default: the remedy. */
  readonly remedyInHold?: string;
  /** The next step for an account that a plan looks at; default: the remedy. */
  readonly remedyInPlan?: string;
  /** The next step where `doctor` looks; default: the remedy. */
  readonly remedyInCheck?: string;
}

/** The next steps of what a person mends before the same is tried, planned or checked again; ends before these words. */
function again(mend: string) {
  return {
    remedy: `${mend} start the run again.`,
    remedyInHold: `${mend} retry.`,
    ...lookedAt(mend),
  };
}

/** The next steps where an account is only looked at. */
function lookedAt(mend: string) {
  return {
    remedyInPlan: `${mend} plan again.`,
    remedyInCheck: `${mend} check again: identity-center doctor.`,
  };
}

/**
 * Every failure there is. The retry policies, the classification of AWS's answers, the messages and docs/failures.md are
 * made from this.
 */
export const FAILURES = {
  throttled: {
    types: ['ThrottlingException'],
    sdkList: 'throttling',
    retry: 'backOff',
    meaning: 'AWS is throttling',
    remedy: 'Nothing to do: the call is tried again. If this lasts, start fewer accounts at once.',
    ...lookedAt('Start fewer accounts at once. Then'),
  },
  answerLost: {
    types: [
      'AnswerLost',
      'InternalServerException',
      'InternalFailure',
      'ServiceUnavailable',
      'ServiceUnavailableException',
      'RequestAbortedException',
    ],
    sdkList: 'transient errors',
    retry: 'backOff',
    meaning: 'no usable answer came from AWS, which may have done what was asked',
    remedy:
      'Nothing to do: the call is tried again with the same ClientToken. If this lasts, check the way from the worker to AWS.',
    ...lookedAt('Check the way from the worker to AWS. Then'),
  },
  notSignedIn: {
    types: ['NotSignedIn'],
    retry: 'backOff',
    meaning: 'no usable answer came from STS, so nothing was sent to the account',
    remedy: 'Nothing to do: the call is tried again. If this lasts, check the way from the worker to STS.',
    ...lookedAt('Check the way from the worker to STS. Then'),
  },
  nothingSent: {
    types: ['NothingSent'],
    retry: 'backOff',
    meaning: 'the worker cannot reach AWS, so nothing was sent',
    remedy:
      'Check the way from the worker to AWS: DNS, routes and firewalls, the proxy (HTTPS_PROXY, NO_PROXY), its certificates (AWS_CA_BUNDLE); the call is tried again.',
    remedyAfterTimeout:
      'Check the way from the worker to AWS: DNS, routes and firewalls, the proxy (HTTPS_PROXY, NO_PROXY), its certificates (AWS_CA_BUNDLE); then start the run again.',
    ...lookedAt(
      'Check the way from the worker to AWS: DNS, routes and firewalls, the proxy (HTTPS_PROXY, NO_PROXY), its certificates (AWS_CA_BUNDLE). Then',
    ),
  },
  noEndpoint: {
    types: ['NoEndpoint'],
    retry: 'stop',
    meaning: 'AWS has no host for the call, so nothing was sent',
    remedy: 'Correct the region of the request, then start the run again.',
    remedyInHold: 'Cancel, and start a run with the right region.',
    ...lookedAt('Correct the region of the request, then'),
  },
  credentialsStale: {
    types: [
      'ExpiredTokenException',
      'ExpiredToken',
      'RequestExpired',
      'InvalidSignatureException',
      'SignatureDoesNotMatch',
      'RequestInTheFuture',
      'RequestTimeTooSkewed',
      'AuthFailure',
      'UnrecognizedClientException',
    ],
    retry: 'freshCredentials',
    meaning: 'the credentials have expired, are not valid yet, or are not known to AWS (any more)',
    remedy:
      'Nothing to do: new credentials are fetched. If this lasts, check the clock of the worker, and that the Region is enabled in the account.',
    ...lookedAt('Check the clock of the worker, and that the Region is enabled in the account. Then'),
  },
  ownIdentity: {
    types: [
      'CredentialsProviderError',
      'TokenProviderError',
      'ProviderError',
      'IDPCommunicationError',
      'IDPCommunicationErrorException',
      'IDPRejectedClaim',
      'IDPRejectedClaimException',
      'InvalidIdentityToken',
      'InvalidIdentityTokenException',
      'InvalidClientTokenId',
    ],
    retry: 'freshCredentials',
    meaning: 'the worker has no working AWS credentials of its own, so nothing was sent to the account',
    remedy:
      'Give the worker credentials that work (AWS_PROFILE, a web identity or SSO token, a role of its machine or pod); the call is tried again with them.',
    remedyAfterTimeout:
      'Give the worker credentials that work (AWS_PROFILE, a web identity or SSO token, a role of its machine or pod); then start the run again.',
    ...lookedAt(
      'Give the worker credentials that work (AWS_PROFILE, a web identity or SSO token, a role of its machine or pod). Then',
    ),
  },
  roleRefused: {
    types: ['AccessDenied'],
    retry: 'untilAccountReady',
    meaning: 'STS does not let the worker assume the role in the account, which may not be ready yet',
    remedy:
      'If the account is not new: check that the role exists and trusts the worker (IDENTITY_CENTER_ROLE_ARN, external ID).',
  },
  notSubscribed: {
    types: [
      'OptInRequired',
      'SubscriptionRequiredException',
      'SubscriptionRequired',
      'RegionDisabledException',
      'RegionDisabled',
    ],
    retry: 'untilAccountReady',
    meaning: 'the account is not subscribed to the service in this Region yet',
    remedy:
      'If the account is not new: enable the Region in the account and check that the account is active.',
  },
  permissionMissing: {
    types: ['AccessDeniedException', 'NotAuthorized'],
    retry: 'untilAccountReady',
    meaning: 'AWS denies the call, as it does while an account is new or where a permission is missing',
    remedy: 'If the account is not new: give the role the permission that the message names.',
  },
  notFound: {
    types: ['ResourceNotFoundException'],
    retry: 'untilAccountReady',
    meaning: 'AWS does not find what the call is about, as where a write has not propagated yet',
    remedy: 'If this lasts: check in the IAM Identity Center console what became of the instance.',
  },
  accountNotReady: {
    types: ['AccountNotReady'],
    retry: 'stop',
    meaning: 'the account still refused the call when accountReadyTimeout was over',
    ...again('Mend what the AWS error names (role, permission, Region, subscription), then'),
  },
  explicitDeny: {
    types: ['AccessDeniedException'],
    retry: 'untilAccountReady',
    meaning: 'a policy explicitly denies the call, as those of landing zones do while an account is new',
    remedy:
      'If the account is not new: take it out of the policy that the message names, or allow the call in it.',
    remedyAfterTimeout:
      'Take the account out of the policy that the message names, or allow the call in it; then start the run again.',
    remedyInHold:
      'Take the account out of the policy that the message names, or allow the call in it; then retry.',
    ...lookedAt('Take the account out of the policy that the message names, or allow the call in it; then'),
  },
  organizationForbids: {
    types: ['AccessDeniedException'],
    retry: 'stop',
    meaning: 'the organization does not allow its members to create account instances',
    ...again('Enable account instances in the IAM Identity Center console of the management account; then'),
  },
  managementAccount: {
    types: ['AccessDeniedException'],
    retry: 'stop',
    meaning: 'the management account of an organization cannot have an account instance',
    remedy: 'Use a member account, or enable the organization instance in the IAM Identity Center console.',
    ...lookedAt(
      'Use a member account, or enable the organization instance in the IAM Identity Center console. Then',
    ),
  },
  invalidParameter: {
    types: ['ValidationException', 'ValidationError'],
    retry: 'stop',
    meaning: 'AWS does not accept the request',
    remedy: 'Correct the field that the message names, then start the run again.',
    remedyInHold:
      'Retry with a corrected name or corrected tags. Where another field is wrong: cancel, and start a run that has it right.',
    ...lookedAt('Correct the field that the message names, then'),
  },
  parameterMismatch: {
    types: ['IdempotentParameterMismatch'],
    retry: 'stop',
    meaning:
      'an earlier call with this ClientToken had another name or other tags, and whether its instance is there is not known',
    remedy:
      'Start the run again: it goes on with that instance, or asks with the next ClientToken where there is none.',
    remedyInHold:
      'Retry: the run goes on with that instance, or asks with the next ClientToken where there is none.',
    remedyInPlan: 'Plan again.',
  },
  conflict: {
    types: ['ConflictException'],
    retry: 'stop',
    meaning: 'AWS reports a conflict with an earlier write, and no instance is to be found',
    remedy: 'Start the run again in a few minutes. If it stays so, ask AWS Support with the request ID.',
    remedyInHold: 'Retry in a few minutes. If it stays so, ask AWS Support with the request ID.',
    remedyInPlan: 'Plan again in a few minutes. If it stays so, ask AWS Support with the request ID.',
  },
  quotaExceeded: {
    types: ['ServiceQuotaExceededException'],
    retry: 'stop',
    meaning: 'a quota of IAM Identity Center is used up',
    ...again('Ask for a higher quota in Service Quotas, then'),
  },
  refused: {
    types: ['RequestRefused'],
    retry: 'stop',
    meaning: 'AWS refuses the call',
    ...again('Act on the AWS error in the message, then'),
  },
  wrongAccount: {
    types: ['WrongAccount'],
    retry: 'stop',
    meaning: 'the credentials belong to another account, so nothing was sent',
    ...again('Correct IDENTITY_CENTER_ROLE_ARN of the worker: it must name a role in this account; then'),
  },
  accountNotAllowed: {
    types: ['AccountNotAllowed'],
    retry: 'stop',
    meaning: 'the settings of the worker keep it out of the account, so nothing was done there',
    ...again(
      'If the account is to have an instance, correct the setting of the worker that the message names; then',
    ),
  },
  attemptTooLate: {
    types: ['AttemptTooLate'],
    retry: 'backOff',
    meaning: 'the worker was stopped for so long that its attempt was over, so nothing was sent',
    remedy: 'Nothing to do: the call is tried again.',
    remedyInPlan: 'Plan again.',
  },
  invalidRequest: {
    types: ['InvalidRequest'],
    retry: 'stop',
    meaning: 'the request is not valid, so nothing was sent',
    ...again('Correct the fields that the message names, then'),
  },
  instanceExists: {
    types: ['InstanceExists'],
    retry: 'stop',
    meaning: 'the account has an instance that no run of this account made',
    remedy:
      'To use that instance start the run again with existing "adopt"; else delete it first (identity-center deprovision, with --any and its ARN).',
    remedyInHold:
      'Delete that instance, then retry; or, to use it, cancel and start a run with existing "adopt".',
    remedyInPlan:
      'To use that instance plan again with existing "adopt"; else delete it first (identity-center deprovision, with --any and its ARN).',
  },
  instanceElsewhere: {
    types: ['InstanceExists'],
    retry: 'stop',
    meaning: 'the account has its instance in another Region than the one that was asked for',
    remedy:
      'To use it where it is start the run again with existing "adoptAnywhere"; else delete it first (identity-center deprovision, where no run made it with --any and its ARN).',
    remedyInHold:
      'Delete that instance, then retry; or, to use it where it is, cancel and start a run with existing "adoptAnywhere".',
    remedyInPlan:
      'To use it where it is plan again with existing "adoptAnywhere"; else delete it first (identity-center deprovision, where no run made it with --any and its ARN).',
  },
  createFailed: {
    types: ['CreateFailed'],
    retry: 'stop',
    meaning: 'AWS could not create the instance (CREATE_FAILED)',
    remedy: 'Act on the reason that AWS gives, then start the run again with onCreateFailed "recreate".',
    remedyInHold:
      'Act on the reason that AWS gives, then retry: the failed instance is deleted and made anew.',
    remedyInPlan: 'Act on the reason that AWS gives, then plan again with onCreateFailed "recreate".',
  },
  instanceGone: {
    types: ['InstanceGone'],
    retry: 'stop',
    meaning: 'the instance has been deleted',
    remedy: 'Nothing to do: the run goes on with the next generation of its ClientToken.',
    remedyInPlan: 'Plan again.',
  },
  generationsExhausted: {
    types: ['GenerationsExhausted'],
    retry: 'stop',
    meaning: 'every ClientToken that a run may use leads to an instance that is deleted or failed',
    remedy:
      'Create the instance in the IAM Identity Center console, in the asked Region, then start the run again with existing "adopt".',
    remedyInHold:
      'Create the instance in the IAM Identity Center console, in the asked Region, cancel, and start a run with existing "adopt".',
    remedyInPlan:
      'Create the instance in the IAM Identity Center console, in the asked Region, then plan again with existing "adopt".',
  },
  createTimeout: {
    types: ['CreateTimeout'],
    retry: 'stop',
    meaning: 'the instance was not created before createTimeout was over',
    remedy:
      'Start the run again: it goes on with the same ClientToken, so no second instance can come of it.',
    remedyInHold: 'Retry: it goes on with the same ClientToken, so no second instance can come of it.',
    remedyInPlan: 'Plan again: it goes on with the same ClientToken, so no second instance can come of it.',
  },
  activeTimeout: {
    types: ['ActiveTimeout'],
    retry: 'stop',
    meaning: 'the instance had not settled when activeTimeout was over',
    remedy: 'Start the run again: it goes on with the same instance.',
    remedyInHold: 'Retry: it goes on with the same instance.',
    remedyInPlan: 'Plan again: it goes on with the same instance.',
  },
  rollBackFailed: {
    types: ['RollBackFailed'],
    retry: 'stop',
    meaning: 'the run was cancelled, but what it made could not be removed',
    remedy: 'Delete what is left with the command that the message names, with credentials of the account.',
    ...lookedAt(
      'Delete what is left with the command that the message names, with credentials of the account. Then',
    ),
  },
  aborted: {
    types: ['Aborted'],
    retry: 'stop',
    meaning: 'the run was aborted',
    remedy: 'Start the run again when the reason is gone: it goes on with what is there.',
    remedyInHold: 'Retry when the reason is gone: it goes on with what is there.',
    remedyInPlan: 'Plan again when the reason is gone: it goes on with what is there.',
  },
  instanceNotOurs: {
    types: ['InstanceNotOurs'],
    retry: 'stop',
    meaning: 'the account has an instance that does not carry the tag of its runs, so nothing was deleted',
    remedy:
      'To delete it all the same: identity-center deprovision with --any and the ARN that the message names.',
    ...lookedAt(
      'To delete it all the same: identity-center deprovision with --any and the ARN that the message names. Then',
    ),
  },
  notAnnounced: {
    types: ['NotAnnounced'],
    retry: 'backOff',
    meaning: 'what the run has to say has not reached a receiver',
    remedy: 'Mend the receiver, which is tried for a day. The run itself is not concerned.',
    remedyAfterTimeout: 'Mend the receiver, then start the run again: its end is announced anew.',
  },
} as const satisfies Record<string, FailureRow>;

/** The key of a row of {@link FAILURES}. */
export type Situation = keyof typeof FAILURES;

const rows: readonly FailureRow[] = Object.values(FAILURES);

/**
 * The failure types after which no activity is tried again: those whose every row says `stop`. AccessDeniedException is
 * not among them, as only its message tells a denial for good from an account that is not ready; the activity marks it.
 */
export const NON_RETRYABLE_TYPES: readonly string[] = [
  ...new Set(rows.filter((row) => row.retry === 'stop').flatMap((row) => row.types)),
].filter((type) => rows.every((row) => row.retry === 'stop' || !row.types.includes(type)));
