import { hostname, userInfo } from 'node:os';
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import {
  defined,
  isLoopback,
  readEnvironment,
  temporalExtensions,
  type TemporalExtensions,
} from '../contract';
import { TemporalUnreachableError } from './errors';

const DEFAULT_NAMESPACE = 'default';
const CONNECT_TIMEOUT_MS = 5_000;

/** How Temporal is reached. */
export interface TemporalSettings {
  connectionOptions: ClientConnectConfig['connectionOptions'] & { address: string };
  namespace: string;
}

/**
 * Reads Temporal's settings, as @temporalio/envconfig does: `TEMPORAL_…`, profiles.
 *
 * @param defaultAddress what holds where they name no address
 */
export function readTemporalSettings(defaultAddress = '127.0.0.1:7233'): TemporalSettings {
  const { connectionOptions, namespace } = loadClientConnectConfig({
    overrideEnvVars: readEnvironment(process.env),
  });
  const address = connectionOptions.address || defaultAddress;
  return { connectionOptions: { ...connectionOptions, address }, namespace: namespace ?? DEFAULT_NAMESPACE };
}

/**
 * Connects a client of the Temporal SDK.
 *
 * @param extensions codecs and plugins; default: those of the package, which its workers take as well
 * @throws TemporalUnreachableError after 5 s without an answer
 */
export async function connectToTemporal(
  { connectionOptions, namespace }: TemporalSettings,
  { dataConverter, plugins }: TemporalExtensions = temporalExtensions(),
): Promise<Client> {
  const { address, tls, apiKey, metadata } = connectionOptions;
  try {
    const connection = await Connection.connect(
      defined({
        address,
        connectTimeout: CONNECT_TIMEOUT_MS,
        tls,
        apiKey,
        metadata,
        // gRPC sends even this machine's own addresses by way of `http_proxy`, which cannot reach them.
        channelArgs: isLoopback(address) ? { 'grpc.enable_http_proxy': 0 } : undefined,
      }),
    );
    return new Client({ connection, namespace, identity: whoAsks(), dataConverter, plugins: [...plugins] });
  } catch (error) {
    throw new TemporalUnreachableError(address, error);
  }
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
