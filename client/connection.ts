import { hostname, userInfo } from 'node:os';
import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import { defined, isLoopback, temporalExtensions, type TemporalExtensions } from '../contract';
import { TemporalUnreachableError } from './connection-errors';
import type { IdentityCenterError } from './errors';
import { findConnectionFault } from './probe';
import { isUnavailable, readServerError } from './server-errors';
import type { TemporalSettings } from './settings';

const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Connects a client of the Temporal SDK.
 *
 * @param extensions codecs and plugins; default: those of the package, which its workers take as well
 * @throws TemporalUnreachableError after 5 s without an answer, saying why there is none
 * @throws TemporalServerError where the server answers, and refuses
 */
export async function connectToTemporal(
  settings: TemporalSettings,
  { dataConverter, plugins }: TemporalExtensions = temporalExtensions(),
): Promise<Client> {
  const { namespace } = settings;
  const { address, tls, apiKey, metadata } = settings.connectionOptions;
  let connection: Connection | undefined;
  try {
    connection = Connection.lazy(
      defined({
        address,
        connectTimeout: CONNECT_TIMEOUT_MS,
        tls,
        apiKey,
        metadata,
        interceptors: [callInTime],
        // A proxy of the environment knows nothing of this machine's own addresses.
        channelArgs: isLoopback(address) ? { 'grpc.enable_http_proxy': 0 } : undefined,
      }),
    );
    await connection.ensureConnected();
    return new Client({ connection, namespace, identity: whoAsks(), dataConverter, plugins: [...plugins] });
  } catch (error) {
    await connection?.close();
    throw await explainNoConnection(settings, error);
  }
}

/** Says why there is no connection, whichever part of the SDK tried; for up to 4 s it looks at the address itself. */
export async function explainNoConnection(
  { connectionOptions, namespace }: TemporalSettings,
  error: unknown,
): Promise<IdentityCenterError> {
  const { address, tls, apiKey } = connectionOptions;
  const said = readServerError(error, defined({ address, namespace, apiKey }));
  // A server that answers says itself what is wrong.
  if (said !== error && !isUnavailable(error)) return said as IdentityCenterError;
  const fault = await findConnectionFault(address, tls);
  // Of one that speaks the protocol, its own words say more.
  return fault.code === 'NOT_TEMPORAL' && said !== error
    ? (said as IdentityCenterError)
    : new TemporalUnreachableError(address, error, fault);
}

const { delayFunction, retryableDecider } = defaultGrpcRetryOptions();

const retryCalls = makeGrpcRetryInterceptor({
  delayFunction,
  // A message that is too large stays so; the SDK would send it for 40 s.
  retryableDecider: (attempt, status) =>
    !status.details.includes('larger than max') && retryableDecider(attempt, status),
});

/** Longer than the server lets anybody wait for news, and than tries again take. */
const CALL_TIMEOUT_MS = 70_000;

/** Ends a call that has no deadline of its own: a server that froze would be waited for without end. */
const callInTime: typeof retryCalls = (options, nextCall) =>
  retryCalls({ ...options, deadline: options.deadline ?? Date.now() + CALL_TIMEOUT_MS }, nextCall);

/** Says who starts, steers and cancels; the UI shows it. */
function whoAsks(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // A container may run as a user that has no name.
    return `${process.pid}@${hostname()}`;
  }
}
