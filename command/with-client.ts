import {
  IdentityCenterClient,
  namesTemporalServer,
  readTemporalSettings,
  type TemporalSettings,
} from '../client';
import { readFleetRequest } from '../contract';
import { UsageError } from './errors';
import { findLocalServer } from './local/state';
import { quote } from './words';

/** The options that every verb takes. */
export interface CommonOptions {
  json?: boolean;
}

/**
 * Reads how Temporal is reached from the environment; where that names no address, a running `up` is meant, which knows
 * nothing of the namespace, keys and certificates of another server.
 */
export function readConnection(): TemporalSettings {
  const local = findLocalServer();
  if (local === undefined || namesTemporalServer()) return readTemporalSettings();
  return { connectionOptions: { address: local.temporalAddress }, namespace: local.namespace };
}

/** Connects, and closes whatever happens. */
export async function withClient<T>(use: (client: IdentityCenterClient) => Promise<T>): Promise<T> {
  const client = await IdentityCenterClient.connect(readConnection());
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
