import { inParallel } from '../work';

/** Provision these accounts, so many at once. */
export interface Question {
  accounts: string[];
  concurrency: number;
}

/** What became of them. */
export interface Answer {
  done: string[];
  failed: string[];
  /** Milliseconds of each. */
  times: number[];
}

/**
 * Answers the questions of the benchmark's main process, and says of each account when it is done.
 *
 * @param inTurns does the work of all accounts, so many at once; answers with the milliseconds of each
 */
export function answerQuestions(
  provision: (accountId: string) => Promise<unknown>,
  inTurns: typeof inParallel<string> = inParallel,
): void {
  process.on('message', ({ accounts, concurrency }: Question) => {
    const answer: Answer = { done: [], failed: [], times: [] };
    void inTurns(accounts, concurrency, async (account) => {
      try {
        await provision(account);
        answer.done.push(account);
        process.send?.({ note: account });
      } catch (error) {
        answer.failed.push(`${account}: ${String(error)}`);
      }
    }).then((times) => process.send?.({ answer: { ...answer, times } }));
  });
  process.once('SIGTERM', () => process.exit());
  process.send?.({ ready: true });
}
