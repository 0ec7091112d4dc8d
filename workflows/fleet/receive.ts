import { ApplicationFailure, defineSignal, setHandler } from '@temporalio/workflow';
import { describeProblems, FAILURES, type ReadRequest } from '../../contract';

type Read<T> = (input: unknown) => ReadRequest<T>;

/** What is done with the signals of a name. */
interface Receiver<T> {
  /** Reads the argument. */
  read: Read<T>;
  take: (message: T) => void;
  /** Takes note of why a signal changed nothing. */
  refuse: (why: string) => void;
  /** What the UI says of the signal; none of those that only workflows send. */
  description?: string;
}

/**
 * Reads the signals of a name before they are taken; one that makes no sense changes nothing. A handler that threw would
 * fail the workflow task again and again, and the workflow would answer nobody any more.
 */
export function receive<T>(signal: string, { read, take, refuse, ...options }: Receiver<T>): void {
  const handler = (argument: unknown) => {
    const message = read(argument);
    if ('request' in message) take(message.request);
    else refuse(`${signal} changed nothing: ${describeProblems(message.problems)}`);
  };
  setHandler(defineSignal<[unknown]>(signal), handler, options);
}

/** Reads the argument of a workflow; one that makes no sense fails the workflow, with every problem in it. */
export function readArgument<T>(read: Read<T>, argument: unknown): T {
  const message = read(argument);
  if ('request' in message) return message.request;
  const { meaning, types } = FAILURES.invalidRequest;
  const problems = describeProblems(message.problems);
  throw ApplicationFailure.nonRetryable(
    `${meaning}: ${problems}. Correct the fields that the message names, then start the fleet again.`,
    types[0],
  );
}
