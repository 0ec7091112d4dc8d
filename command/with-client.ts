import { IdentityCenterClient, readTemporalSettings, type TemporalSettings } from '../client';
import { readFleetRequest } from '../contract';
import { UsageError } from './errors';
import { findLocalServer } from './local/state';
import { quote } from './words';

/** The options that every verb takes. */
export interface CommonOptions {
  json?: boolean;
}

/** Reads how Temporal is reached from the environment; where that names no address, a running `up` is meant. */
export function readConnection(): TemporalSettings {
  return readTemporalSettings(findLocalServer()?.temporalAddress);
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
    throw new UsageError(`name: ${quote(name)} is no name of a fleet`);
}
