import { workflowInfo } from '@temporalio/workflow';
import { accountIdOf, describeProblems, workflowIdOf, type Problem, type ReadRequest } from '../../contract';
import { runFailure } from '../shared/failure';

/** Reads the argument of a workflow, for callers in any language; throws `InvalidRequest` with every problem. */
export function acceptRequest<R extends { accountId: string }>(read: ReadRequest<R>): R {
  const { workflowId } = workflowInfo();
  if ('problems' in read) throw invalidRequest(workflowId, read.problems);
  const expected = workflowIdOf(read.request.accountId);
  if (workflowId !== expected) {
    const message = `must be the account of the workflow ID: the workflow ID is ${workflowId}, and has to be ${expected}`;
    throw invalidRequest(workflowId, [{ field: 'accountId', message }]);
  }
  return read.request;
}

function invalidRequest(workflowId: string, problems: Problem[]): Error {
  const accountId = accountIdOf(workflowId) ?? '(unknown)';
  return runFailure({ situation: 'invalidRequest', accountId, detail: describeProblems(problems) });
}
