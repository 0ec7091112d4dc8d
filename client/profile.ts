import { existsSync } from 'node:fs';
import { loadClientConfigProfile, type ClientConfigProfile } from '@temporalio/envconfig';
import { tomlLoadClientConfig } from '@temporalio/envconfig/lib/envconfig-toml';
import { z } from 'zod';
import { nearestName, oneLine } from '../contract';
import { TemporalSettingsError } from './errors';

/** Temporal's settings as the environment and the profile have them, the environment first. */
export interface LoadedProfile extends ClientConfigProfile {
  /** Says where the value of a variable came from, so that an error names what a person has to correct. */
  sourceOf: (variable: string) => string;
  /** Whether the profile has the name in the certificate of the server checked, as it should be. */
  checksName: boolean;
}

const text = z.string({ error: 'must be text in quotes' }).optional();
const flag = z.boolean({ error: 'must be true or false, without quotes' }).optional();
const table = { error: 'must be a table' };

const tlsSchema = z.looseObject(
  {
    disabled: flag,
    server_name: text,
    disable_host_verification: flag,
    ...{ client_cert_path: text, client_cert_data: text },
    ...{ client_key_path: text, client_key_data: text },
    ...{ server_ca_cert_path: text, server_ca_cert_data: text },
  },
  table,
);

/** A profile. Other tools keep settings of their own in it, so names that are like none of these are left alone. */
const profileSchema = z.looseObject(
  {
    address: text,
    namespace: text,
    api_key: text,
    tls: tlsSchema.optional(),
    grpc_meta: z.record(z.string(), z.string({ error: 'must be text in quotes' }), table).optional(),
    codec: z.looseObject({}, table).optional(),
  },
  table,
);

/** The files of TLS, by the beginning of the names of their variables. */
export const TLS_FILES = {
  clientCert: 'TEMPORAL_TLS_CLIENT_CERT',
  clientKey: 'TEMPORAL_TLS_CLIENT_KEY',
  serverCACert: 'TEMPORAL_TLS_SERVER_CA_CERT',
} as const;

/** The file that holds the profiles where `TEMPORAL_CONFIG_FILE` names none. */
const USUAL_FILE = 'temporal.toml of this user';
const HEADER = 'TEMPORAL_GRPC_META_';

type Environment = Record<string, string>;

/**
 * Loads the profile that the environment names, with what the environment has put in its place.
 *
 * @throws TemporalSettingsError naming the variable, or the file with the key in it
 */
export function loadProfile(env: Environment): LoadedProfile {
  const file = env['TEMPORAL_CONFIG_FILE'];
  // The reader takes a file that is not there for none, wherever it was looked for.
  if (file !== undefined && !existsSync(file))
    throw new TemporalSettingsError('TEMPORAL_CONFIG_FILE', `there is no file ${oneLine(file, 200)}`);
  const written = readFile(env);
  const sourceOf = (variable: string) => {
    const key = env[variable] === undefined ? findKey(written, keyOf(variable).split('.')) : undefined;
    return key === undefined ? variable : inFile(env, key);
  };
  refuseBoth(env, sourceOf, written?.tls);
  // The reader joins the headers itself, and replaces only the first "_" of a name (sdk-typescript 1.24).
  const others = Object.entries(env).filter(([name]) => !name.startsWith(HEADER));
  const profile = loadClientConfigProfile({
    overrideEnvVars: Object.fromEntries(others),
    disableFile: written === undefined,
  });
  return {
    ...profile,
    grpcMeta: readHeaders(written?.grpc_meta, env),
    sourceOf,
    checksName: written?.tls?.disable_host_verification !== true,
  };
}

/** Reads the profile from its file; `undefined`: there is none. */
function readFile(env: Environment): z.infer<typeof profileSchema> | undefined {
  const { TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: named } = env;
  const where = oneLine(file ?? USUAL_FILE, 200);
  let profiles: unknown;
  try {
    profiles = tomlLoadClientConfig({ overrideEnvVars: env }).profile;
  } catch (error) {
    const { code, syscall, message } = error as NodeJS.ErrnoException;
    // In the home folder of somebody else, as a container may have it, there is nothing of this user's.
    if (file === undefined && syscall !== undefined && named === undefined) return undefined;
    // Only the first line: those that follow quote the file, and the keys in it.
    const [first = ''] = message.split('\n');
    throw new TemporalSettingsError('TEMPORAL_CONFIG_FILE', `${where}: ${code ?? oneLine(first, 200)}`);
  }
  const profile = isTable(profiles) ? profiles[named ?? 'default'] : undefined;
  if (profile === undefined) {
    if (named === undefined) return undefined;
    const there = isTable(profiles) ? Object.keys(profiles) : [];
    const others = there.length === 0 ? 'it has none' : `it has ${oneLine(there.join(', '), 200)}`;
    throw new TemporalSettingsError(
      'TEMPORAL_PROFILE',
      `there is no profile ${oneLine(named, 60)} in ${where}; ${others}`,
    );
  }
  const read = profileSchema.safeParse(profile);
  if (!read.success) {
    const { path = [], message = '' } = read.error.issues[0] ?? {};
    throw new TemporalSettingsError(inFile(env, path.map(String).join('.')), message);
  }
  refuseMisspelled(env, read.data, Object.keys(profileSchema.shape), '');
  refuseMisspelled(env, read.data.tls ?? {}, Object.keys(tlsSchema.shape), 'tls.');
  return read.data;
}

/** Nothing would read such a key, and what it was to say would not be so. */
function refuseMisspelled(env: Environment, given: object, names: readonly string[], prefix: string): void {
  for (const key of Object.keys(given)) {
    if (names.includes(key)) continue;
    const meant = nearestName(key, names) ?? names.find((name) => name.startsWith(`${key}_`));
    if (meant !== undefined && !(meant in given))
      throw new TemporalSettingsError(
        inFile(env, `${prefix}${oneLine(key, 60)}`),
        `nothing reads it (did you mean ${meant}?)`,
      );
  }
}

/** A file may be named, or given as it is; of both nobody knows which is meant. */
function refuseBoth(env: Environment, sourceOf: LoadedProfile['sourceOf'], tls: unknown): void {
  const inProfile = isTable(tls) ? tls : {};
  for (const name of Object.values(TLS_FILES)) {
    const [path, data] = [`${name}_PATH`, `${name}_DATA`].map((variable) =>
      (env[variable] ?? inProfile[keyOf(variable).replace('tls.', '')]) === undefined
        ? undefined
        : sourceOf(variable),
    );
    if (path !== undefined && data !== undefined)
      throw new TemporalSettingsError(data, `${path} is set as well, and only one of them can hold`);
  }
}

/** Headers as every SDK of Temporal names them; an empty variable takes one away that the profile has. */
function readHeaders(inProfile: unknown, env: Environment): Record<string, string> {
  const headers = new Map<string, string>();
  const set = (name: string, value: string) => headers.set(name.toLowerCase().replaceAll('_', '-'), value);
  for (const [name, value] of Object.entries(isTable(inProfile) ? inProfile : {})) set(name, String(value));
  for (const [name, value] of Object.entries(env))
    if (name.startsWith(HEADER)) set(name.slice(HEADER.length), value);
  return Object.fromEntries([...headers].filter(([, value]) => value !== ''));
}

/** The key that a profile has for a variable. */
function keyOf(variable: string): string {
  if (variable === 'TEMPORAL_TLS') return 'tls.disabled';
  return variable
    .replace(/^TEMPORAL_(?:GRPC_META_)?/, variable.startsWith(HEADER) ? 'grpc_meta.' : '')
    .toLowerCase()
    .replace(/^tls_/, 'tls.');
}

/** Finds a key as the profile writes it, which has capitals and hyphens in the names of headers. */
function findKey(table: unknown, [first = '', ...rest]: string[]): string | undefined {
  const entries = Object.entries(isTable(table) ? table : {});
  const found = entries.find(([name]) => name.toLowerCase().replaceAll('-', '_') === first);
  if (found === undefined || rest.length === 0) return found?.[0];
  const inner = findKey(found[1], rest);
  return inner === undefined ? undefined : `${found[0]}.${inner}`;
}

function inFile({ TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: profile }: Environment, key: string): string {
  const at = ['profile', profile ?? 'default', ...(key === '' ? [] : [key])].join('.');
  return `${at} in ${oneLine(file ?? USUAL_FILE, 200)}`;
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
