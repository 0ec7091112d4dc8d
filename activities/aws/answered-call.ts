import { defined, type Situation } from '../../contract';
import { classify } from '../errors/classify';
import { AwsCallError, isA } from '../errors/thrown';

/** What came of a request to AWS. */
export interface AnsweredCall {
  /** The name that AWS has for it, such as `CreateInstance`; to sign in is `AssumeRole`, whatever that takes. */
  operation: string;
  /** `ok`, or the row of the table of failures that it means. */
  answer: 'ok' | Situation;
  milliseconds: number;
  awsRequestId?: string;
}

/** Hears of each request to AWS once it was answered, or given up. */
export type CallListener = (call: AnsweredCall) => void;

/** Of a request that AWS answers well, the ID is not in what it answers with, but beside it. */
export interface Heard {
  awsRequestId?: string;
}

/**
 * Sends a request, and tells what came of it. One that was cancelled on its way has no answer to tell.
 *
 * @param heard what the client of AWS has heard beside the answer
 */
export async function listen<T>(
  listener: CallListener,
  operation: string,
  heard: Heard,
  send: () => Promise<T>,
): Promise<T> {
  const began = performance.now();
  const tell = (answer: AnsweredCall['answer'], { awsRequestId }: Heard) => {
    const milliseconds = performance.now() - began;
    listener({ operation, answer, milliseconds, ...defined({ awsRequestId }) });
  };
  try {
    const answer = await send();
    tell('ok', heard);
    return answer;
  } catch (error) {
    const { situation, awsRequestId } = classify(new AwsCallError(operation, error));
    if (!wasCancelled(error)) tell(situation, defined({ awsRequestId }));
    throw error;
  }
}

/** Whether nobody waits for the answer any more; where it takes too long, the signal ends with a TimeoutError. */
function wasCancelled(error: unknown): boolean {
  if (!isA(error, Error)) return false;
  const reason = error.name === 'AbortError' ? error.cause : error;
  return isA(reason, Error) && reason.name === 'CancelledFailure';
}
