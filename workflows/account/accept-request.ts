import { workflowInfo } from '@temporalio/workflow';
import { invalidRequest, workflowIdOf, type Problem, type ReadRequest } from '../../contract';
import { runFailure } from '../shared/failure';
import { refuseEnsure } from './ensure';

/** Reads the argument of the run of an account, for callers in any language; throws `InvalidRequest` with every problem. */
export function acceptRequest<R extends { accountId: string }>(read: ReadRequest<R>): R {
  if ('problems' in read) throw refused(read.problems);
  const { workflowId } = workflowInfo();
  const expected = workflowIdOf(read.request.accountId);
  if (workflowId === expected) return read.request;
  const message = `must be the account of the workflow ID: the workflow ID is ${workflowId}, and has to be ${expected}`;
  throw refused([{ field: 'accountId', message }]);
}

function refused(problems: Problem[]): Error {
  // Whoever has started the run with an `ensure` is answered, though the run ends at once.
  refuseEnsure('with a request that is not valid');
  return runFailure(invalidRequest(workflowInfo().workflowId, problems));
}
