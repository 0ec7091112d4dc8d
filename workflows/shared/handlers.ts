import {
  ApplicationFailure,
  defineSignal,
  defineUpdate,
  setDefaultSignalHandler,
  setHandler,
} from '@temporalio/workflow';
import { describeProblems, oneLine, type ReadRequest } from '../../contract';

/** Notes are shown to people, and go with a workflow from one execution to the next. */
const LONGEST_NOTE = 500;
const LONGEST_NAME = 60;

/**
 * What becomes of a message: what carries it out, or a text that says why it makes no sense. What carries it out may say what
 * came of it, for the answer of an Update; it is no news to a signal that all was so already.
 */
export type Decision = string | (() => object | undefined);

/** Decides on a signal or an Update, and changes nothing itself. */
export type Decide = (argument: unknown) => Decision;

/** Decides on messages that a schema has read; one that it cannot read changes nothing. */
export function decideBy<T>(
  read: (input: unknown) => ReadRequest<T>,
  decide: (message: T) => Decision,
): Decide {
  return (argument) => {
    // A payload that could not be decoded.
    if (typeof argument === 'symbol') return 'its argument cannot be read as JSON';
    const message = read(argument);
    return 'request' in message ? decide(message.request) : describeProblems(message.problems);
  };
}

/**
 * Handles the signals of a name. One that makes no sense is noted: a handler that threw would fail the workflow task again
 * and again, and the workflow would answer nobody any more.
 */
export function handleSignal(
  name: string,
  description: string,
  decide: Decide,
  note: (text: string) => void,
): void {
  const handler = (argument: unknown) => {
    const decision = decide(argument);
    if (typeof decision === 'string') note(changedNothing(name, decision));
    else decision();
  };
  setHandler(defineSignal<[unknown?]>(name), handler, { description });
}

/** Handles the signals of all names that no handler was set for: notes which ones make sense. */
export function handleOtherSignals(names: readonly string[], note: (text: string) => void): void {
  setDefaultSignalHandler((name) => {
    note(changedNothing(oneLine(name, LONGEST_NAME), `there are ${names.join(', ')}`));
  });
}

function changedNothing(name: string, why: string): string {
  return oneLine(`${name} changed nothing: ${why}`, LONGEST_NOTE);
}

/** Handles the Updates of a name. One that makes no sense is refused with the reason. */
export function handleUpdate(name: string, description: string, decide: Decide, answer: () => object): void {
  const handler = (argument: unknown) => {
    const decision = decide(argument);
    const cameOfIt = typeof decision === 'string' ? undefined : decision();
    return { ...answer(), ...cameOfIt };
  };
  const validator = (argument: unknown) => {
    const decision = decide(argument);
    if (typeof decision === 'string') throw ApplicationFailure.nonRetryable(decision, 'Refused');
  };
  // The argument may be missing, which the SDK's type of an Update cannot say.
  setHandler(defineUpdate<unknown, [unknown]>(name), handler, { description, validator });
}
