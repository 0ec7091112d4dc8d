import { ApplicationFailure, Context } from '@temporalio/activity';
import { defined, FAILURES, whatHappened } from '../../contract';
import { spentBefore } from '../attempt-deadline';
import { PacerBusyError } from '../aws/pacer';
import { nextDelayMs, type BackOff } from '../back-off';
import { classify } from './classify';
import { notYet } from './failure';
import { AwsCallError, isA } from './thrown';

const REMEDY =
  "Let whoever asks Organizations do that in the management account, or as a delegated administrator (IDENTITY_CENTER_ORGANIZATION_ROLE_ARN of the worker, else the worker's own identity; identity-center iam-policy organization); then audit again.";

/**
 * Makes the failure of an attempt to learn of the accounts of the organization, from anything thrown. No account has a part in it,
 * and none is new: what AWS denies it denies for good.
 */
export function organizationFailure(
  thrown: unknown,
  backOff: BackOff,
  deps: { random(): number },
  what = 'The accounts of the organization cannot be listed.',
): ApplicationFailure {
  if (isA(thrown, ApplicationFailure)) return thrown;
  // AWS throttles, and the calls are made the more slowly.
  if (isA(thrown, PacerBusyError))
    return notYet('Organizations is asked no faster than AWS takes.', thrown.waitMs);
  const { info } = Context.current();
  const { situation, detail, awsRequestId, retryAfterMs, type } = classify(thrown);
  const operation = isA(thrown, AwsCallError) ? thrown.operation : info.activityType;
  const happened = whatHappened(defined({ situation, operation, detail, awsRequestId }));
  const { retry } = FAILURES[situation];
  const passes = retry === 'backOff' || retry === 'freshCredentials';
  const failure = ApplicationFailure.create({
    type: passes ? type : ORGANIZATION_NOT_LISTED,
    message: `${what} ${happened} ${passes ? FAILURES[situation].remedy : REMEDY}`,
    nonRetryable: !passes,
    ...defined({
      nextRetryDelay: passes
        ? nextDelayMs(
            backOff,
            info.attempt,
            deps.random(),
            retryAfterMs,
            info.scheduleToCloseTimeoutMs - spentBefore(info),
          )
        : undefined,
    }),
  });
  failure.stack = '';
  return failure;
}

/** The type of the failure that is final. */
const ORGANIZATION_NOT_LISTED = 'OrganizationNotListed';
