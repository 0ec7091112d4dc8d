import { defined, nextStep, whatHappened, type Check } from '../../contract';
import { PacerBusyError } from '../aws/pacer';
import { classify } from '../errors/classify';
import { AwsCallError, isA } from '../errors/thrown';

/**
 * Makes a check of a look at AWS: what it finds, or why it cannot look, with the next step.
 *
 * @param find what is found, for people
 * @param operation the call; default: the one that failed
 */
export async function look(check: string, find: () => Promise<string>, operation?: string): Promise<Check> {
  try {
    return { check, ok: true, found: await find() };
  } catch (error) {
    if (isA(error, PacerBusyError)) return tooBusy(check, error);
    return { check, ok: false, ...explainError(error, operation) };
  }
}

/** Says what an error of a call to AWS means, and the next step. @param operation default: the call that failed */
export function explainError(error: unknown, operation?: string): { found: string; remedy: string } {
  const call = operation ?? (isA(error, AwsCallError) ? error.operation : undefined);
  const { situation, remedy, ...answer } = classify(error);
  const found = whatHappened({ situation, ...answer, ...defined({ operation: call }) });
  return { found, remedy: remedy ?? nextStep({ situation }, 'check') };
}

function tooBusy(check: string, { ahead }: PacerBusyError): Check {
  return {
    check,
    ok: false,
    found: `not looked at: ${ahead} calls to AWS of this worker come first`,
    remedy: 'Check again when fewer runs are at work.',
  };
}
