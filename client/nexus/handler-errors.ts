import { ApplicationFailure } from '@temporalio/common';
import { HandlerError, type HandlerErrorType } from 'nexus-rpc';
import { refusalFailure, refuseDiffering, refuseInvalid, refuseOtherRun, workflowIdOf } from '../../contract';
import { NoRunError, OtherRunOpenError, RequestDiffersError } from '../account/errors';
import { IdentityCenterError, InvalidRequestError } from '../errors';

/**
 * Does what a caller has asked for. What is refused is refused for good, and says so in the failure of `ensure`, whatever the
 * caller's language; what a server or a worker does not answer just now, the caller's server asks again.
 */
export async function answerOrRefuse<T>(input: unknown, answer: () => Promise<T>): Promise<T> {
  try {
    return await answer();
  } catch (error) {
    throw handlerErrorOf(error, input);
  }
}

/** What the SDK makes of an error that is none of ours is right: it looks at what the server said. */
function handlerErrorOf(error: unknown, input: unknown): unknown {
  if (error instanceof InvalidRequestError)
    return refused(
      'BAD_REQUEST',
      refusalFailure(refuseInvalid(workflowIdOf(accountIn(input)), error.problems)),
    );
  if (error instanceof RequestDiffersError)
    return refused('CONFLICT', refusalFailure(refuseDiffering(error.accountId, error.differences)));
  if (error instanceof OtherRunOpenError)
    return refused(
      'CONFLICT',
      refusalFailure(refuseOtherRun(error.accountId, error.workflowType, error.why)),
    );
  if (error instanceof NoRunError)
    return refused('NOT_FOUND', ApplicationFailure.nonRetryable(error.message, 'NoRun'));
  return error instanceof IdentityCenterError
    ? new HandlerError('UNAVAILABLE', error.message, { cause: error })
    : error;
}

function refused(type: HandlerErrorType, cause: ApplicationFailure): HandlerError {
  return new HandlerError(type, cause.message, { cause, retryableOverride: false });
}

function accountIn(input: unknown): string {
  const { accountId } = (input ?? {}) as { accountId?: unknown };
  return typeof accountId === 'string' ? accountId : '';
}
