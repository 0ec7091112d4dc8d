import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTemporalServer, type TemporalServer } from '../../sandbox/temporal-server';
import { CALLS_VARIABLE } from './aws-calls';
import { ADDRESS_VARIABLE, OUR_SEARCH_ATTRIBUTES } from './temporal';

declare global {
  var sharedTemporalServer: TemporalServer | undefined;
}

/**
 * Starts the server that all test files share: a second once, in place of a second a file. Where the environment names one,
 * such as a cluster, that one is used.
 */
export default async function startSharedServer(): Promise<void> {
  process.env[CALLS_VARIABLE] = mkdtempSync(path.join(tmpdir(), 'identity-center-calls-'));
  if (process.env[ADDRESS_VARIABLE]) return;
  const server = await startTemporalServer({
    port: 0,
    uiPort: false,
    searchAttributes: OUR_SEARCH_ATTRIBUTES,
    onProgress: (line) => process.stderr.write(`${line}\n`),
  });
  globalThis.sharedTemporalServer = server;
  // Test files run in processes of their own, which inherit the environment and nothing else.
  process.env[ADDRESS_VARIABLE] = server.address;
}
