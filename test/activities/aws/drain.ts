import { DefaultRateLimiter } from '@smithy/core/retry';
import { Pacer, PacerBusyError } from '../../../activities/aws/pacer';

/** An AWS with a token bucket. */
export interface Aws {
  /** Calls per second that it takes, and at once. */
  limit: number;
  burst: number;
  /** The spread of the time that a call is on its way. */
  jitterMs?: number;
}

/** Gives calls their turns, and learns from what becomes of them. */
export type Limiter = (account: string, send: () => Promise<void>) => Promise<void>;

/** What came of a drain. */
export interface Drained {
  /** The time that it took, by the least that the limit of AWS leaves. */
  timesIdeal: number;
  /** The share of the calls that AWS throttled. */
  throttled: number;
}

const now = () => performance.now();
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Our pacer; `ceiling` in calls per second. */
export function pacerLimiter(ceiling: number | undefined): Limiter {
  const pacer = new Pacer(ceiling, now);
  return async (account, send) => {
    const turn = await pacer.turn(account, 5_000, new AbortController().signal);
    try {
      await send();
      pacer.answered(turn, false);
    } catch (error) {
      pacer.answered(turn, true);
      throw error;
    }
  };
}

/** The limiter of the SDK's adaptive retries, shared by all accounts. */
export function sdkLimiter(): Limiter {
  const limiter = new DefaultRateLimiter();
  // As Node does; the fake timers round down, and the limiter would wait for no time for ever.
  Object.assign(DefaultRateLimiter, {
    setTimeoutFn: (go: () => void, ms: number) => setTimeout(go, Math.ceil(ms)),
  });
  return async (_account, send) => {
    await limiter.getSendToken();
    try {
      await send();
      limiter.updateClientSendingRate({});
    } catch (error) {
      limiter.updateClientSendingRate({ errorType: 'THROTTLING' });
      throw error;
    }
  };
}

/** Sends the calls of so many accounts through a limiter to an AWS, a hundred at a time. Needs Jest's fake timers. */
export async function drain(calls: number, limiter: Limiter, aws: Aws): Promise<Drained> {
  const { limit, burst, jitterMs = 0 } = aws;
  const began = now();
  let seed = 1;
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  let [left, sent, throttled, running] = [calls, 0, 0, 100];
  let bucket = { tokens: burst, at: now() };
  async function call(): Promise<void> {
    sent += 1;
    await sleep(20 + jitterMs * random());
    const tokens = Math.min(burst, bucket.tokens + ((now() - bucket.at) * limit) / 1_000);
    bucket = { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now() };
    await sleep(20 + jitterMs * random());
    if (tokens < 1) throw new Error('Rate exceeded');
  }
  async function slot(): Promise<void> {
    for (let delay = 500; left > 0; delay = 500) {
      const account = String(left--);
      for (;;) {
        try {
          await limiter(account, call);
          break;
        } catch (error) {
          if (error instanceof PacerBusyError) await sleep(error.waitMs * (0.8 + 0.4 * random()));
          else {
            throttled += 1;
            await sleep(random() * (delay *= 2));
          }
        }
      }
    }
    running -= 1;
  }
  for (let index = 0; index < 100; index += 1) void slot();
  while (running > 0) await jest.advanceTimersByTimeAsync(100);
  return {
    timesIdeal: (now() - began) / 1_000 / ((calls - burst) / limit),
    throttled: throttled / sent,
  };
}
