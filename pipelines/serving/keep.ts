import type { EventClient } from '../events';

/** Makes something once it is asked for, and keeps it; where that fails, the next who asks has it tried again. */
export function keep<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () =>
    (made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    }));
}

/** A client that connects once a run is to be started: most of what comes through a bus asks for none. */
export function onDemand(connect: () => Promise<EventClient>): EventClient {
  const client = keep(connect);
  return {
    start: async (request) => (await client()).start(request),
    startDeprovision: async (request) => (await client()).startDeprovision(request),
    status: async (accountId) => (await client()).status(accountId),
    retry: async (accountId) => (await client()).retry(accountId),
  };
}
