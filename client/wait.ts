import { once, setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { milliseconds, readTimeout } from '../contract';
import { InvalidRequestError } from './errors';

/** Five polls of the server. What may take days is waited for in parts, as each leaves behind what it has called. */
const PART_MS = 100_000;

/** How long to wait for what goes on by itself, be it waited for or not. */
export interface WaitOptions {
  /** A duration, as those of a request: `"10m"`; then a {@link StillRunningError} or one like it is thrown. Default: none. */
  timeout?: string;
  /** Ends the wait when it is aborted: its reason is thrown. */
  signal?: AbortSignal;
}

/** How long to wait for what may be held. */
export interface ResultOptions extends WaitOptions {
  /** Wait on where only a person can make it go on. Default: a {@link RunHeldError} or {@link FleetHeldError} is thrown. */
  waitHeld?: boolean;
}

/** How to watch what goes on by itself. */
export interface WatchOptions extends WaitOptions {
  /** Milliseconds between two looks. */
  intervalMs?: number;
}

/** A wait that may be over before what is waited for has ended: by its time-out, or by the caller's signal. */
export class Wait {
  private readonly over = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private timedOut: (() => Error) | undefined;

  /**
   * Begins the wait, without its time-out; whoever has begun it calls {@link end}.
   *
   * @throws InvalidRequestError where the time-out is none
   */
  constructor(
    private readonly client: Client,
    private readonly options: WaitOptions,
  ) {
    checkWait(options);
    options.signal?.addEventListener('abort', this.stop);
  }

  /**
   * Lets the time-out begin.
   *
   * @param timedOut makes what is thrown where it takes too long
   */
  startClock(timedOut: (timeout: string) => Error): void {
    const { timeout } = this.options;
    if (timeout === undefined) return;
    this.timer = setTimeout(() => {
      this.timedOut = () => timedOut(timeout);
      this.stop();
    }, milliseconds(timeout));
  }

  /**
   * Does a part of what is waited for; its calls to the server are given up once the wait is over.
   *
   * @param part given a signal that is aborted then; at it the SDK leaves a listener for each call, until the part is done
   * @param within the signal of the part that this is a part of
   */
  async during<T>(
    part: (over: AbortSignal) => Promise<T>,
    within: AbortSignal = this.over.signal,
  ): Promise<T> {
    if (within.aborted) this.throwOver();
    const [given, done] = [new AbortController(), new AbortController()];
    // Node.js is not to take the listeners for a leak.
    setMaxListeners(0, given.signal);
    const over = once(within, 'abort', { signal: done.signal }).then((): never => {
      given.abort();
      return this.throwOver();
    });
    try {
      const work = this.client.connection.withAbortSignal(given.signal, () => part(given.signal));
      return await Promise.race([work, over]);
    } finally {
      given.abort();
      done.abort();
    }
  }

  /** Waits for the result of a workflow, in a part of the wait, however long that takes. */
  async resultOf(handle: WorkflowHandle, within: AbortSignal): Promise<unknown> {
    for (;;) {
      const ended = await this.during((over) => {
        const result = handle.result().then((value: unknown) => ({ value }));
        return Promise.race([result, sleep(PART_MS, undefined, { signal: over })]);
      }, within);
      if (ended !== undefined) return ended.value;
    }
  }

  end(): void {
    clearTimeout(this.timer);
    this.options.signal?.removeEventListener('abort', this.stop);
  }

  private readonly stop = () => {
    this.over.abort();
  };

  private throwOver(): never {
    if (this.timedOut !== undefined) throw this.timedOut();
    this.options.signal?.throwIfAborted();
    throw new Error('a wait was over without a reason');
  }
}

/** @throws InvalidRequestError where the time-out is none; the reason of a signal that is aborted already */
export function checkWait({ timeout, signal }: WaitOptions): void {
  const read = readTimeout(timeout);
  if ('problems' in read) throw new InvalidRequestError(read.problems);
  signal?.throwIfAborted();
}
