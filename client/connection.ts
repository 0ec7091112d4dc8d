import { hostname, userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { defined, isLoopback, type TemporalExtensions } from '../contract';
import { temporalExtensions } from '../encryption';
import { callInTime } from './calls';
import { TemporalUnreachableError, type ConnectionErrorCode } from './connection-errors';
import type { IdentityCenterError } from './errors';
import { findConnectionFault, type ConnectionFault } from './probe';
import { isUnavailable, readServerError } from './server-errors';
import { RenewedCredentials, RenewedSettings, tlsOf } from './renewal';
import { readTemporalSettings, type ReadTemporalSettings, type TemporalSettings } from './settings';

const CONNECT_TIMEOUT_MS = 5_000;
const NOBODY_THERE: readonly ConnectionErrorCode[] = ['CONNECTION_REFUSED', 'NO_SUCH_HOST'];

/** What each connection was made with, and is renewed with. */
const settingsOfConnections = new WeakMap<object, RenewedSettings>();

/** Says how a client reaches its server, as it is now; `undefined` where somebody else has connected it. */
export function settingsOf({ connection }: Pick<Client, 'connection'>): TemporalSettings | undefined {
  return settingsOfConnections.get(connection)?.get();
}

/**
 * Connects a client of the Temporal SDK.
 *
 * @param settings how, or what reads it: that is asked again while the connection stands, as keys and certificates are
 * renewed; a call takes the key, and a new connection the certificates, as they were in the last five seconds
 * @param extensions codecs and plugins; default: those of the package, which its workers take as well
 * @throws EncryptionKeysError
 * @throws TemporalUnreachableError after 5 s without an answer, 2 s where nobody listens, saying why there is none
 * @throws TemporalServerError where the server answers, and refuses
 */
export async function connectToTemporal(
  settings: TemporalSettings | ReadTemporalSettings = readTemporalSettings,
  extensions?: TemporalExtensions,
): Promise<Client> {
  const { dataConverter, plugins } = extensions ?? (await temporalExtensions());
  const read = typeof settings === 'function' ? settings : undefined;
  const first = typeof settings === 'function' ? settings() : settings;
  const renewed = new RenewedSettings(first, read);
  const { namespace } = first;
  const { address, metadata } = first.connectionOptions;
  const tls = tlsOf(first);
  let connection: Connection | undefined;
  try {
    connection = Connection.lazy(
      defined({
        address,
        connectTimeout: CONNECT_TIMEOUT_MS,
        credentials: tls === undefined ? undefined : new RenewedCredentials(renewed),
        metadata,
        interceptors: [callInTime],
        channelArgs: channelArgs(address, tls?.serverNameOverride),
      }),
    );
    settingsOfConnections.set(connection, renewed);
    connection.setApiKey(() => renewed.apiKey());
    await connectOrLearn(connection, first);
    return new Client({ connection, namespace, identity: whoAsks(), dataConverter, plugins: [...plugins] });
  } catch (error) {
    await connection?.close();
    throw await explainNoConnection(first, error);
  }
}

function channelArgs(address: string, serverName: string | undefined): Record<string, string | number> {
  return {
    // A proxy of the environment knows nothing of this machine's own addresses.
    ...(isLoopback(address) && { 'grpc.enable_http_proxy': 0 }),
    ...(serverName !== undefined && {
      'grpc.ssl_target_name_override': serverName,
      'grpc.default_authority': serverName,
    }),
  };
}

/**
 * Waits for the connection, but no longer than it takes to be sure that nothing will come of it: the SDK says of an address
 * where nobody listens the same as of a slow server, and after as long.
 *
 * @throws TemporalUnreachableError where nobody listens; what the SDK throws, after 5 s
 */
async function connectOrLearn(
  connection: Connection,
  { connectionOptions: { address, tls } }: TemporalSettings,
): Promise<void> {
  const over = new AbortController();
  const connected = connection.ensureConnected();
  const refused = findRefusal(address, tls, over.signal).then((fault) => {
    throw new TemporalUnreachableError(address, new Error('no connection'), fault);
  });
  try {
    await Promise.race([connected, refused]);
  } finally {
    over.abort();
    // Whichever lost is nobody's.
    connected.catch(() => undefined);
    refused.catch(() => undefined);
  }
}

/** Resolves once two looks, a second apart, have shown that nobody listens at the address; a server may just be starting. */
async function findRefusal(
  address: string,
  tls: TemporalSettings['connectionOptions']['tls'],
  signal: AbortSignal,
): Promise<ConnectionFault> {
  for (let seen = 0; ;) {
    await sleep(1_000, undefined, { signal, ref: false });
    const fault = await findConnectionFault(address, tls);
    seen = NOBODY_THERE.includes(fault.code) ? seen + 1 : 0;
    if (seen === 2) return fault;
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

/** Says who starts, steers and cancels; the UI shows it. */
function whoAsks(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // A container may run as a user that has no name.
    return `${process.pid}@${hostname()}`;
  }
}
