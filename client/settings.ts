import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { normalizeGrpcEndpointAddress } from '@temporalio/common/lib/internal-non-workflow';
import {
  loadClientConfigProfile,
  toClientOptions,
  type ClientConfigProfile,
  type ClientConnectConfig,
} from '@temporalio/envconfig';
import { oneLine, readEnvironment } from '../contract';
import { TemporalSettingsError } from './errors';

const DEFAULT_NAMESPACE = 'default';
const DEFAULT_PORT = 7233;

/** How Temporal is reached. */
export interface TemporalSettings {
  connectionOptions: ClientConnectConfig['connectionOptions'] & { address: string };
  namespace: string;
}

type Environment = Record<string, string>;

/**
 * Reads Temporal's settings, as @temporalio/envconfig does: `TEMPORAL_…`, profiles.
 *
 * @param defaultAddress what holds where they name no address
 * @throws TemporalSettingsError naming the variable that is wrong
 */
export function readTemporalSettings(defaultAddress = '127.0.0.1:7233'): TemporalSettings {
  const env = readEnvironment(process.env);
  checkSwitch(env, 'TEMPORAL_TLS');
  const profile = loadProfile(env);
  checkTlsFiles(profile, env);
  checkHeaders(profile);
  const { connectionOptions, namespace } = toClientOptions(profile);
  const address = checkAddress(connectionOptions.address || defaultAddress);
  return { connectionOptions: { ...connectionOptions, address }, namespace: namespace ?? DEFAULT_NAMESPACE };
}

/** Tells whether the environment, or a profile, names a server. @throws TemporalSettingsError */
export function namesTemporalServer(): boolean {
  return Boolean(loadProfile(readEnvironment(process.env)).address);
}

function loadProfile(env: Environment): ClientConfigProfile {
  const file = env['TEMPORAL_CONFIG_FILE'];
  // The reader takes a file that is not there for none, wherever it was looked for.
  if (file !== undefined && !existsSync(file))
    throw new TemporalSettingsError('TEMPORAL_CONFIG_FILE', `there is no file ${oneLine(file, 200)}`);
  try {
    return loadClientConfigProfile({ overrideEnvVars: env });
  } catch (error) {
    const { code, syscall, message } = error as NodeJS.ErrnoException;
    // In the home folder of somebody else, as a container may have it, there is nothing of this user's.
    if (file === undefined && syscall !== undefined && env['TEMPORAL_PROFILE'] === undefined)
      return loadClientConfigProfile({ overrideEnvVars: env, disableFile: true });
    // Only the first line: those that follow quote the file, and the keys in it.
    const [first = ''] = message.split('\n');
    const setting = first.startsWith('Profile ') ? 'TEMPORAL_PROFILE' : 'TEMPORAL_CONFIG_FILE';
    const where = oneLine(file ?? 'temporal.toml of this user', 200);
    throw new TemporalSettingsError(setting, `${where}: ${code ?? oneLine(first, 200)}`);
  }
}

/** Anything but these would be "off" to the reader. */
function checkSwitch(env: Environment, name: string): void {
  const value = env[name];
  if (value !== undefined && !['true', 'false', '1', '0'].includes(value))
    throw new TemporalSettingsError(name, `must be true or false, not ${oneLine(value, 40)}`);
}

function checkAddress(address: string): string {
  try {
    const whole = normalizeGrpcEndpointAddress(address, DEFAULT_PORT);
    const port = Number(/\d+$/.exec(whole)?.[0]);
    if (port > 0 && port < 65_536) return address;
  } catch {
    // Told below.
  }
  throw new TemporalSettingsError(
    'TEMPORAL_ADDRESS',
    `must be host:port, without "https://" or a path, not ${oneLine(address, 200)}`,
  );
}

/** A header of gRPC is printable ASCII; the SDK would quote the key where it is not. */
function checkHeaders({ apiKey, grpcMeta = {} }: ClientConfigProfile): void {
  const isSendable = (text: string) => /^[ -~]*$/.test(text);
  if (apiKey !== undefined && !isSendable(apiKey))
    throw new TemporalSettingsError(
      'TEMPORAL_API_KEY',
      'has a character that no key has, such as a line end within it',
    );
  for (const [name, value] of Object.entries(grpcMeta))
    if (!isSendable(value) || !/^[\w.-]+$/.test(name))
      throw new TemporalSettingsError(
        `TEMPORAL_GRPC_META_${oneLine(name, 60).toUpperCase().replaceAll('-', '_')}`,
        'is no header of gRPC: printable ASCII',
      );
}

type TlsFile = 'clientCert' | 'clientKey' | 'serverCACert';
const TLS_FILES: Record<TlsFile, string> = {
  clientCert: 'TEMPORAL_TLS_CLIENT_CERT',
  clientKey: 'TEMPORAL_TLS_CLIENT_KEY',
  serverCACert: 'TEMPORAL_TLS_SERVER_CA_CERT',
};

/** Says which file of TLS is wrong, which a handshake that fails does not. */
function checkTlsFiles({ tls = {} }: ClientConfigProfile, env: Environment): void {
  if (tls.disabled === true) return;
  const read = <T>(which: TlsFile, parse: (pem: Uint8Array) => T, what: string): T | undefined => {
    const source = tls[which];
    if (source === undefined) return undefined;
    const name = nameOf(which, 'path' in source ? 'PATH' : 'DATA', env);
    const from = 'path' in source ? oneLine(source.path, 200) : 'its value';
    let pem: Uint8Array;
    try {
      pem = 'path' in source ? readFileSync(source.path) : Buffer.from(source.data);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      throw new TemporalSettingsError(name, `${from} cannot be read (${code ?? message})`);
    }
    try {
      return parse(pem);
    } catch {
      throw new TemporalSettingsError(name, `${from} holds no ${what} in PEM form`);
    }
  };
  read('serverCACert', readCertificate, 'certificate');
  const certificate = read('clientCert', readCertificate, 'certificate');
  const key = read('clientKey', readKey, 'private key without a passphrase');
  if (certificate !== undefined && key === undefined)
    throw new TemporalSettingsError(nameOf('clientKey', 'PATH', env), 'is not set, but the certificate is');
  if (certificate === undefined && key !== undefined)
    throw new TemporalSettingsError(nameOf('clientCert', 'PATH', env), 'is not set, but its key is');
  if (certificate !== undefined && key !== undefined && !certificate.checkPrivateKey(key))
    throw new TemporalSettingsError(
      nameOf('clientKey', 'PATH', env),
      `is not the key of the certificate in ${nameOf('clientCert', 'PATH', env)}`,
    );
}

/** The variable that says it; else the one that would, as a profile has the same settings in small letters. */
function nameOf(which: TlsFile, kind: 'PATH' | 'DATA', env: Environment): string {
  const names = [`${TLS_FILES[which]}_PATH`, `${TLS_FILES[which]}_DATA`];
  return names.find((name) => env[name] !== undefined) ?? `${TLS_FILES[which]}_${kind}`;
}

function readCertificate(pem: Uint8Array): X509Certificate {
  if (!Buffer.from(pem).includes('-----BEGIN ')) throw new Error('no PEM');
  return new X509Certificate(pem);
}

function readKey(pem: Uint8Array): KeyObject {
  return createPrivateKey(Buffer.from(pem));
}
