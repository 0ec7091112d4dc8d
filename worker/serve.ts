import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { NativeConnection, Worker } from '@temporalio/worker';
import { temporalExtensions } from '../encryption';
import { connect, ServerRefusedError, throwRefusal, type WorkerConnection } from './connection';
import { createWorker, type WorkerOptions } from './create-worker';
import type { Health } from './health';
import { followRenewals, type RenewalListener } from './renewal';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
const LOOK_EVERY_MS = 250;
/** A worker that has failed may wait for ever for activities whose end it cannot report. */
const CLEAN_UP_MS = 2_000;
/** It was told to end when the worker was, and has had as long. */
const COMPANION_MS = 1_000;

/** Why a worker does not serve just now. */
export interface Interruption {
  /** Where it tried; `undefined`: how Temporal is reached could not be read. */
  to: WorkerConnection | undefined;
  error: unknown;
  retryInMs: number;
}

/**
 * What runs beside a worker, in its process and over its connection, while it serves. It ends with the signal; the worker waits
 * for that, and ends after it. What it fails with ends the worker as well.
 *
 * @param client gives the client of the worker, which is another one after its keys were renewed
 */
export type Companion = (client: () => Client, signal: AbortSignal) => Promise<void>;

export interface ServeOptions extends Omit<WorkerOptions, 'connection' | 'namespace'> {
  /** Reads how Temporal is reached. It is asked again and again, as keys and certificates are renewed. */
  readConnection: () => WorkerConnection;
  /** Ends the worker in good order. */
  signal: AbortSignal;
  /** Is told how the worker is. */
  health?: Health;
  /** Runs beside the worker, each time that it serves. */
  companion?: Companion;
  /** Told each time the worker begins to serve. */
  onServing?: (to: WorkerConnection) => void;
  /** Told each time the worker does not serve, and tries again. */
  onInterruption?: (interruption: Interruption) => void;
  /** Told what came of renewed keys and certificates. */
  onRenewal?: RenewalListener;
}

/**
 * Serves runs until the signal, whatever becomes of the server meanwhile.
 *
 * A worker of the SDK waits for a server that is away. It does not begin without one, though, and ends where its polls are
 * refused for a minute: by a key, a namespace, or a proxy that answers in the server's place. So one that was refused is
 * replaced by another in this process, after pauses that grow to half a minute.
 *
 * @throws what has nothing to do with the server: the settings or the keys of encryption are wrong, or the SDK's native core is broken
 */
export async function serve(given: ServeOptions): Promise<void> {
  // Read once: a worker that comes back needs no word of AWS KMS about its keys.
  const options = { ...given, extensions: given.extensions ?? (await temporalExtensions()) };
  const { signal, readConnection, health } = options;
  signal.addEventListener('abort', () => health?.ending(), { once: true });
  let failures = 0;
  let to: WorkerConnection | undefined = readConnection();
  const isOver = () => signal.aborted;
  while (!isOver()) {
    try {
      to ??= read(readConnection);
      await serveOnce(to, options, () => {
        failures = 0;
      });
    } catch (error) {
      if (isOver()) return;
      if (!(error instanceof ServerRefusedError)) throw error;
      const retryInMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures++);
      health?.interrupted();
      options.onInterruption?.({ to, error: error.cause, retryInMs });
      await sleep(retryInMs, undefined, { signal }).catch(() => undefined);
    }
    to = undefined;
  }
}

/** Serves until the signal. @throws ServerRefusedError, or what nothing can be done about */
async function serveOnce(to: WorkerConnection, options: ServeOptions, onServing: () => void): Promise<void> {
  const { signal, health } = options;
  const connection = await connect(to, signal);
  const worker = await createWorker({
    ...options,
    connection,
    namespace: to.namespace,
    onServerAnswer: () => health?.answered(),
  }).catch(async (error: unknown) => {
    await connection.close();
    return throwRefusal(error);
  });
  const renewals = followRenewals(worker, to, options.readConnection, options.onRenewal);
  try {
    onServing();
    health?.serving();
    options.onServing?.(to);
    await runBoth(signal, worker, options.companion);
  } finally {
    renewals.stop();
    await closeUnlessInUse(worker.connection);
  }
}

/**
 * Runs a worker, and its companion for as long as it serves.
 *
 * @throws what the companion has failed with, once the worker has ended in good order
 */
async function runBoth(signal: AbortSignal, worker: Worker, companion?: Companion): Promise<void> {
  const over = new AbortController();
  const client = () => {
    if (worker.client === undefined) throw new Error('the worker has no connection');
    return worker.client;
  };
  const failed = new AbortController();
  const accompanied = companion?.(client, AbortSignal.any([signal, over.signal])).catch((error: unknown) => {
    failed.abort(error);
  });
  try {
    await runUntil(AbortSignal.any([signal, failed.signal]), worker);
  } finally {
    over.abort();
    await Promise.race([accompanied, sleep(COMPANION_MS, undefined, { ref: false })]);
  }
  failed.signal.throwIfAborted();
}

/** Runs a worker until the signal, and then as long as the calls in flight need, within limits. */
async function runUntil(signal: AbortSignal, worker: Worker): Promise<void> {
  const end = () => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const over = new AbortController();
  signal.addEventListener('abort', end, { once: true });
  try {
    const running = worker.run();
    if (signal.aborted) end();
    await Promise.race([running, untilStuck(worker, over.signal)]);
  } catch (error) {
    // Where both pollers were refused, the error of the second hides that of the first; their states tell.
    const { workflowPollerState, activityPollerState } = worker.getStatus();
    const wasRefused = [workflowPollerState, activityPollerState].includes('FAILED');
    throw wasRefused ? new ServerRefusedError(error) : error;
  } finally {
    over.abort();
    signal.removeEventListener('abort', end);
  }
}

/** Throws where a worker that has failed does not end. */
async function untilStuck(worker: Worker, over: AbortSignal): Promise<void> {
  for (let failedFor = 0; !over.aborted && failedFor < CLEAN_UP_MS;) {
    await sleep(LOOK_EVERY_MS, undefined, { ref: false });
    if (worker.getState() === 'FAILED') failedFor += LOOK_EVERY_MS;
  }
  if (!over.aborted) throw new Error('the worker failed, and did not end');
}

function read(readConnection: () => WorkerConnection): WorkerConnection {
  try {
    return readConnection();
  } catch (error) {
    throw new ServerRefusedError(error);
  }
}

/** A worker that failed and did not end keeps its connection: nothing closes that before this process ends. */
async function closeUnlessInUse(connection: NativeConnection | undefined): Promise<void> {
  await connection?.close().catch(() => undefined);
}
