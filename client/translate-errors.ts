import type { Client } from '@temporalio/client';
import { settingsOf } from './connection';
import { readServerError, type ServerPlace } from './server-errors';

/**
 * Has every method of an object throw, of what the server says, a {@link TemporalServerError}: one place unwraps what the
 * SDK throws, for the methods that are there and for those that will be. Its properties stay as they are.
 */
export function translateErrors<T extends object>(target: T, client: Client): T {
  return new Proxy(target, {
    get(object, key) {
      const value: unknown = Reflect.get(object, key, object);
      if (typeof value !== 'function' || key === 'constructor') return value;
      return (...args: unknown[]): unknown => {
        // Its own calls of each other are not translated: inside, errors are the SDK's.
        const returned: unknown = Reflect.apply(value, object, args);
        if (returned instanceof Promise) return returned.catch(rethrow);
        return isAsyncGenerator(returned) ? translateEach(returned) : returned;
      };
    },
  });

  function rethrow(error: unknown): never {
    throw readServerError(error, placeOf(client));
  }

  async function* translateEach(items: AsyncGenerator) {
    try {
      yield* items;
    } catch (error) {
      rethrow(error);
    }
  }
}

/** Says which server and namespace a client of the SDK is connected to. */
export function placeOf(client: Pick<Client, 'connection' | 'options'>): ServerPlace {
  const { connection, options } = client;
  // A connection that somebody else made may not say it.
  const known =
    'options' in connection ? (connection.options as { address?: unknown; apiKey?: unknown }) : {};
  const apiKey = settingsOf(client)?.connectionOptions.apiKey ?? known.apiKey;
  return {
    address: typeof known.address === 'string' ? known.address : 'its address',
    namespace: options.namespace,
    apiKey: typeof apiKey === 'string' ? apiKey : undefined,
  };
}

function isAsyncGenerator(value: unknown): value is AsyncGenerator {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
