import { clearLiveLine } from './live';
import { flushOutput, printAside } from './output';

/** As a shell tells it: 128 and the number of the signal. */
const EXIT_BY_SIGNAL = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

type EndSignal = keyof typeof EXIT_BY_SIGNAL;

const SIGNALS = Object.keys(EXIT_BY_SIGNAL) as EndSignal[];

/** Ctrl-C reaches a whole process group, and npm passes it on besides: what follows that soon is the same wish. */
const SAME_WISH_MS = 1_000;
/** Who interrupts a command may have ceased to read what it prints. */
const FLUSH_MS = 500;

/** Thrown to whoever waits for something that was interrupted. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  readonly exitCode: number;

  constructor(signal: EndSignal) {
    super(`interrupted by ${signal}`);
    this.exitCode = EXIT_BY_SIGNAL[signal];
  }
}

/** Resolves with the first signal to end, be it that the terminal was closed; one that comes later ends the process at once. */
export async function untilInterrupted(): Promise<undefined> {
  await firstSignal();
  return undefined;
}

/** As {@link untilInterrupted}, as a signal that is aborted then, with an {@link InterruptedError}. */
export function interruption(): AbortSignal {
  const ending = new AbortController();
  void firstSignal().then((signal) => {
    ending.abort(new InterruptedError(signal));
  });
  return ending.signal;
}

function firstSignal(): Promise<EndSignal> {
  return new Promise((resolve) => {
    let first: number | undefined;
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        first ??= performance.now();
        resolve(signal);
        if (performance.now() - first > SAME_WISH_MS) process.exit(EXIT_BY_SIGNAL[signal]);
      });
    }
  });
}

/** Starts or follows what goes on by itself: an interruption ends the process, and says what goes on without it. */
export async function sayIfInterrupted<T>(words: string, work: () => Promise<T>): Promise<T> {
  let isLeaving = false;
  const leave = (signal: EndSignal) => {
    if (isLeaving) return;
    isLeaving = true;
    clearLiveLine();
    printAside(words);
    const end = () => process.exit(EXIT_BY_SIGNAL[signal]);
    setTimeout(end, FLUSH_MS);
    void flushOutput().then(end);
  };
  for (const signal of SIGNALS) process.on(signal, leave);
  try {
    return await work();
  } finally {
    for (const signal of SIGNALS) process.off(signal, leave);
  }
}
