import { setTimeout as sleep } from 'node:timers/promises';
import { isUnavailable } from '../client';

/** What was done, and what came of it. */
export interface PlayedDeed {
  /** When it was begun, and when it was over; ISO 8601. */
  began: string;
  at: string;
  /** JSON. */
  deed: string;
  outcome: string;
}

const PATIENCE_MS = 90_000;

/** Does something that may go wrong. */
export async function played(deed: object, work: () => Promise<void>): Promise<PlayedDeed> {
  const began = new Date().toISOString();
  const outcome = await work().then(
    () => 'done',
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
  return { began, at: new Date().toISOString(), deed: JSON.stringify(deed), outcome };
}

/** Tries again while the server is away. */
export async function persist<T>(work: () => Promise<T>): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      if (!isUnavailable(cause) || Date.now() > end) throw error;
      await sleep(300);
    }
  }
}
