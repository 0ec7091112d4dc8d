import { randomInt } from 'node:crypto';
import { freePort } from '../../sandbox/temporal-server';

/** An address at which nobody listens: a port that the system gives to nobody who asks for any. */
export const NOWHERE = '127.0.0.1:9';

/**
 * A port that is still free when somebody comes to use it later: below those that the system gives to whoever asks for any,
 * as all tests do that run at the same time.
 */
export const quietPort = (): Promise<number> => freePort(randomInt(20_000, 30_000));
