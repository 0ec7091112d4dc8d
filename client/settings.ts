import { normalizeGrpcEndpointAddress } from '@temporalio/common/lib/internal-non-workflow';
import { toClientOptions, type ClientConnectConfig } from '@temporalio/envconfig';
import { defined, oneLine, readEnvironment } from '../contract';
import { TemporalSettingsError } from './errors';
import { loadProfile, type LoadedProfile } from './profile';
import { proxyFor } from './proxy';
import { checkTlsFiles } from './tls-files';

const DEFAULT_NAMESPACE = 'default';
const DEFAULT_PORT = 7233;

/** How Temporal is reached. */
export interface TemporalSettings {
  connectionOptions: ClientConnectConfig['connectionOptions'] & { address: string };
  namespace: string;
}

/** Reads how Temporal is reached; asked again, it says what holds now. */
export type ReadTemporalSettings = () => TemporalSettings;

/**
 * Reads Temporal's settings, as @temporalio/envconfig does: `TEMPORAL_…`, profiles.
 *
 * @param defaultAddress what holds where they name no address
 * @throws TemporalSettingsError naming the variable that is wrong, or the file and the key in it
 */
export function readTemporalSettings(defaultAddress = '127.0.0.1:7233'): TemporalSettings {
  const env = readEnvironment(process.env);
  checkSwitch(env, 'TEMPORAL_TLS');
  checkSwitch(env, 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION');
  const profile = loadProfile(env);
  refuseUnchecked(profile, env);
  checkTlsFiles(profile);
  checkHeaders(profile);
  const { connectionOptions, namespace } = toClientOptions(profile);
  const address = checkAddress(connectionOptions.address || defaultAddress, profile);
  return {
    connectionOptions: {
      ...connectionOptions,
      address,
      // The client takes it from the environment itself, and the core of a worker does not.
      ...defined({ proxy: proxyFor(address) }),
    },
    namespace: namespace || DEFAULT_NAMESPACE,
  };
}

/** Tells whether the environment, or a profile, names a server. @throws TemporalSettingsError */
export function namesTemporalServer(): boolean {
  return Boolean(loadProfile(readEnvironment(process.env)).address);
}

/** Anything but these would be "off" to the reader. */
function checkSwitch(env: Record<string, string>, name: string): void {
  const value = env[name];
  if (value !== undefined && !['true', 'false', '1', '0'].includes(value))
    throw new TemporalSettingsError(name, `must be true or false, not ${oneLine(value, 40)}`);
}

/** The core of a worker knows no TLS without it. */
function refuseUnchecked({ checksName, sourceOf }: LoadedProfile, env: Record<string, string>): void {
  const variable = 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION';
  if (env[variable] === undefined ? checksName : ['false', '0'].includes(env[variable])) return;
  throw new TemporalSettingsError(
    sourceOf(variable),
    'the certificate of the server is always checked here. Set TEMPORAL_TLS_SERVER_NAME to a name that is in it, and TEMPORAL_TLS_SERVER_CA_CERT_PATH to its authority',
  );
}

function checkAddress(address: string, { sourceOf }: LoadedProfile): string {
  try {
    const whole = normalizeGrpcEndpointAddress(address, DEFAULT_PORT);
    const port = Number(/\d+$/.exec(whole)?.[0]);
    if (port > 0 && port < 65_536) return address;
  } catch {
    // Told below.
  }
  throw new TemporalSettingsError(
    sourceOf('TEMPORAL_ADDRESS'),
    `must be host:port, without "https://" or a path, not ${oneLine(address, 200)}`,
  );
}

/** A header of gRPC is printable ASCII; the SDK would quote the key where it is not. */
function checkHeaders({ apiKey, grpcMeta = {}, sourceOf }: LoadedProfile): void {
  const isSendable = (text: string) => /^[ -~]*$/.test(text);
  if (apiKey !== undefined && !isSendable(apiKey))
    throw new TemporalSettingsError(
      sourceOf('TEMPORAL_API_KEY'),
      'has a character that no key has, such as a line end within it',
    );
  for (const [name, value] of Object.entries(grpcMeta)) {
    const header = sourceOf(`TEMPORAL_GRPC_META_${oneLine(name, 60).toUpperCase().replaceAll('-', '_')}`);
    // Those that end so are bytes.
    if (!isSendable(value) || !/^[\w.-]+$/.test(name) || name.endsWith('-bin'))
      throw new TemporalSettingsError(header, 'is no header of gRPC: printable ASCII');
    if (name === 'authorization' && apiKey !== undefined)
      throw new TemporalSettingsError(
        header,
        `${sourceOf('TEMPORAL_API_KEY')} is set as well, and both would be the same header`,
      );
  }
}
