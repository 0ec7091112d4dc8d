import { AwsCallError, isA, SIGN_IN } from '../errors/thrown';
import { listen, type AnsweredCall, type CallListener, type Heard } from './answered-call';
import type { AwsClient, AwsClients, ClientClass } from './clients';
import type { AccountSessions } from './credentials';
import { PacerBusyError, type Pacer } from './pacer';
import { explainMissingHost } from './regions';

/** What the calls of all accounts share. */
export interface AwsCore {
  clients: AwsClients;
  sessions: Pick<AccountSessions, 'credentials'>;
  /** The longest time that a call may take. */
  requestTimeoutMs: number;
  onAnswer: CallListener;
}

/** A service of AWS. */
interface AwsService<C extends AwsClient> {
  Client: ClientClass<C>;
  /** Gives the calls to the service their turns. Services that share a quota share a pacer. */
  pacer: Pacer;
}

/** When a call may be sent, and what ends it early. */
export interface CallControl {
  /**
   * Says how many milliseconds a request may take. It is asked when the credentials are at hand, right before the request,
   * and throws where it is too late to send.
   */
  timeToAnswer(): number;
  /** Ends reads and the fetching of credentials, never a write in flight. */
  cancellation: AbortSignal;
  /** Hears of what came of each call that was sent, those that sign in aside. */
  onAnswer(call: AnsweredCall, kind: CallKind): void;
}

/** A cancellation ends a read at once; a write that is under way is waited for. */
export type CallKind = 'read' | 'write';

/**
 * Calls a service of AWS with the credentials of one account, in one Region.
 *
 * @param operation the name that AWS has for it, such as `CreateInstance`
 * @param send sends one request
 * @throws AwsCallError whatever the cause
 * @throws PacerBusyError where the calls of others come first for too long: nothing was sent
 */
export type Call<C> = <T>(
  kind: CallKind,
  operation: string,
  send: (client: C, options: { abortSignal: AbortSignal }) => Promise<T>,
) => Promise<T>;

const STS_TIMEOUT_MS = 5_000;
/** The longest wait for a turn. An attempt has 25 s; past this wait, the worker's slot is another's. */
const LONGEST_WAIT_MS = 5_000;

/** Makes the `call` of a service, for an account and a Region. */
export function createCall<C extends AwsClient>(
  { clients, sessions, requestTimeoutMs, onAnswer }: AwsCore,
  { Client, pacer }: AwsService<C>,
  accountId: string,
  region: string,
  control: CallControl,
): Call<C> {
  const { cancellation } = control;
  return async (kind, operation, send) => {
    let doing = SIGN_IN;
    try {
      const signIn = AbortSignal.any([cancellation, AbortSignal.timeout(STS_TIMEOUT_MS)]);
      const credentials = await endWith(signIn, sessions.credentials(accountId, region, signIn));
      doing = operation;
      const turn = await pacer.turn(
        accountId,
        Math.min(LONGEST_WAIT_MS, control.timeToAnswer()),
        cancellation,
      );
      cancellation.throwIfAborted();
      const timeout = AbortSignal.timeout(Math.ceil(Math.min(requestTimeoutMs, control.timeToAnswer())));
      const abortSignal = kind === 'write' ? timeout : AbortSignal.any([cancellation, timeout]);
      const heard: Heard = {};
      const tell: CallListener = (call) => {
        pacer.answered(turn, call.answer === 'throttled');
        onAnswer(call);
        control.onAnswer(call, kind);
      };
      return await listen(tell, operation, heard, () => {
        const sent = clients.use(
          Client,
          region,
          credentials,
          (client) => send(client, { abortSignal }),
          heard,
        );
        return endWith(abortSignal, sent);
      });
    } catch (error) {
      // What another call of signing in failed with says itself which that was.
      if (isA(error, PacerBusyError) || isA(error, AwsCallError)) throw error;
      throw new AwsCallError(doing, (await explainMissingHost(error, region)) ?? error);
    }
  };
}

/** Where a page of a list begins, and where the next one does. */
export interface Page {
  NextToken: string | undefined;
}

/** Reads a list to its end. A page may be short, or empty, and not the last. */
export async function readAllPages<T>(
  readPage: (from: Page) => Promise<Page & { items: T[] }>,
): Promise<T[]> {
  const all: T[] = [];
  let from: Page = { NextToken: undefined };
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const { items, NextToken } = await readPage(from);
    all.push(...items);
    if (NextToken === undefined) return all;
    from = { NextToken };
  }
  throw new AwsCallError('a list', new SyntaxError(`it has not ended after ${MOST_PAGES} pages`));
}

/** No list of an account is nearly as long. */
const MOST_PAGES = 500;

/** Takes where a list goes on from an answer; one that leads nowhere else would have it read for ever. */
export function nextPage(NextToken: unknown, from: Page): Page {
  if (NextToken === undefined || NextToken === null || NextToken === '') return { NextToken: undefined };
  if (typeof NextToken !== 'string') throw new SyntaxError('the answer has a NextToken that is no text');
  if (NextToken === from.NextToken)
    throw new SyntaxError('the answer has the NextToken that it was asked with');
  return { NextToken };
}

/** Takes a field of an answer. One that lacks what AWS always gives was cut on its way: it counts as lost. */
export function required<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw new SyntaxError(`the answer has no ${field}`);
  return value;
}

/** Ends with the signal even where the SDK, waiting for the rest of an answer, does not. */
export async function endWith<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}
