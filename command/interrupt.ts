/** Ctrl-C reaches a whole process group, and npm passes it on besides: what follows that soon is the same wish. */
const SAME_WISH_MS = 1_000;

/** Resolves with the first signal to end, be it that the terminal was closed; one that comes later ends the process at once. */
export function untilInterrupted(): Promise<undefined> {
  return new Promise((resolve) => {
    let first: number | undefined;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        first ??= performance.now();
        resolve(undefined);
        if (performance.now() - first > SAME_WISH_MS) process.exit(EXIT_BY_SIGNAL[signal]);
      });
    }
  });
}

/** As a shell tells it: 128 and the number of the signal. */
const EXIT_BY_SIGNAL = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** As {@link untilInterrupted}, as a signal that is aborted then. */
export function interruption(): AbortSignal {
  const ending = new AbortController();
  void untilInterrupted().then(() => {
    ending.abort();
  });
  return ending.signal;
}
