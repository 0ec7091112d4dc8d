import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import { describeProblems, FAILURES, type Problem, type ReadRequest } from '../../contract';

/**
 * Reads the argument of a workflow of a fleet; one that makes no sense fails the workflow, with every problem in it.
 *
 * @param again what a person does once the fields are corrected
 */
export function readArgument<T>(
  read: (input: unknown) => ReadRequest<T>,
  argument: unknown,
  again = 'start the fleet again',
): T {
  const message = typeof argument === 'symbol' ? UNREADABLE : read(argument);
  if ('request' in message) return message.request;
  throw refuseArgument(message.problems, again);
}

/** What an earlier execution of the workflow has handed on: whoever starts one by hand has nothing to hand on. */
export function carriedOver<T>(carried: T | undefined): T | undefined {
  return workflowInfo().continuedFromExecutionRunId === undefined ? undefined : carried;
}

const UNREADABLE = { problems: [{ field: 'request', message: 'cannot be read as JSON' }] };

/** Makes what a workflow of a fleet ends with where its argument makes no sense. */
export function refuseArgument(problems: readonly Problem[], again = 'start the fleet again'): Error {
  const { meaning, types } = FAILURES.invalidRequest;
  return ApplicationFailure.nonRetryable(
    `${meaning}: ${describeProblems(problems)}. Correct the fields that the message names, then ${again}.`,
    types[0],
  );
}
