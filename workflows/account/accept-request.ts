import { workflowInfo } from '@temporalio/workflow';
import { accountIdOf, describeProblems, workflowIdOf, type ReadRequest } from '../../contract';
import { failureOf } from '../shared/failure';

/** Reads the argument of a workflow, for callers in any language; throws `InvalidRequest` with every problem. */
export function acceptRequest<R extends { accountId: string }>(read: ReadRequest<R>): R {
  const { workflowId } = workflowInfo();
  const account = accountIdOf(workflowId) ?? '(unknown)';
  if ('problems' in read) throw failureOf('invalidRequest', account, describeProblems(read.problems));
  const expected = workflowIdOf(read.request.accountId);
  if (workflowId !== expected) {
    const message = `must be the account of the workflow ID: the workflow ID is ${workflowId}, and has to be ${expected}`;
    throw failureOf('invalidRequest', account, describeProblems([{ field: 'accountId', message }]));
  }
  return read.request;
}
