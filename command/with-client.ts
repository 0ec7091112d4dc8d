import {
  IdentityCenterClient,
  namesTemporalServer,
  readTemporalSettings,
  type TemporalSettings,
} from '../client';
import { readFleetRequest } from '../contract';
import { connectionFlags } from './connection-flags';
import { UsageError } from './errors';
import { findLocalServer } from './local/state';
import { printAside } from './output';
import { describeServerAsked, noteServerAsked, serverAsked, type ServerSource } from './server-asked';
import { quote } from './words';

/** The options that every verb takes. */
export interface CommonOptions {
  json?: boolean;
}

/**
 * Reads how Temporal is reached: as the flags and the environment say; where these name no server, a running `up` is meant,
 * which knows nothing of the namespace, keys and certificates of another server.
 */
export function readConnection(): TemporalSettings {
  const flags = connectionFlags();
  const local = flags.profile === undefined && !namesTemporalServer() ? findLocalServer() : undefined;
  const settings =
    local === undefined
      ? readTemporalSettings()
      : {
          connectionOptions: { address: local.temporalAddress },
          namespace: flags.namespace ?? local.namespace,
        };
  const from = local === undefined ? sourceOfSettings() : 'up';
  const { address } = settings.connectionOptions;
  noteServerAsked({ address, namespace: settings.namespace, from });
  return settings;
}

function sourceOfSettings(): ServerSource {
  if (connectionFlags().address !== undefined) return '--address';
  if (process.env['TEMPORAL_ADDRESS'] !== undefined) return 'TEMPORAL_ADDRESS';
  return namesTemporalServer() ? 'profile' : 'default';
}

/** Connects, and closes whatever happens. */
export async function withClient<T>(use: (client: IdentityCenterClient) => Promise<T>): Promise<T> {
  readConnection();
  const server = serverAsked();
  // Nobody has named it.
  if (server?.from === 'up') printAside(describeServerAsked(server));
  const client = await IdentityCenterClient.connect(readConnection);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

/** Checks an argument that is to be an account ID. @throws UsageError where it is none */
export function checkAccountId(text: string): string {
  if (!/^\d{12}$/.test(text))
    throw new UsageError(`accountId: must be an AWS account ID: 12 digits, not ${quote(text)}`);
  return text;
}

/** Checks an argument that is to be the name of a fleet. @throws UsageError where no fleet can have it */
export function checkFleetName(name: string): void {
  if ('problems' in readFleetRequest({ name }))
    throw new UsageError(
      `name: ${quote(name)} is no name of a fleet: it may hold letters, digits and _ . -, 64 at the most. Which there are: identity-center fleet list`,
    );
}
