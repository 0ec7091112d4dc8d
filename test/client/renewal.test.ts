import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { IdentityCenterClient, type TemporalSettings } from '../../client';
import { makeAuthority } from '../support/certificates';
import { openGate } from '../support/gate';
import { until } from '../support/harness';
import { temporalAddress } from '../support/temporal';

test('a client that stands takes up a renewed key at once, and a certificate with its next connection', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'identity-center-renewal-'));
  const authority = makeAuthority(folder, 'authority');
  const server = authority.issue('localhost');
  const gate = await openGate(temporalAddress(), {
    tls: { ...server, ca: readFileSync(authority.certFile), requestCert: true, rejectUnauthorized: true },
  });
  const names: string[] = [];
  gate.onSession = (name) => names.push(name);
  const settings = (name: string): TemporalSettings => {
    const { cert, key } = authority.issue(name);
    return {
      connectionOptions: {
        address: gate.address,
        apiKey: `key-of-${name}`,
        tls: {
          serverNameOverride: 'localhost',
          serverRootCACertificate: Buffer.from(authority.cert),
          clientCertPair: { crt: Buffer.from(cert), key: Buffer.from(key) },
        },
      },
      namespace: 'default',
    };
  };
  let current: TemporalSettings | undefined = settings('first');
  const client = await IdentityCenterClient.connect(() => {
    if (current === undefined) throw new Error('half written');
    return current;
  });
  try {
    const ask = async () => {
      await client.rate();
      return gate.seen.at(-1)?.authorization;
    };
    expect(await ask()).toBe('Bearer key-of-first');
    current = settings('second');
    await until(ask, (key) => key === 'Bearer key-of-second');
    expect(names).toEqual(['first']);
    gate.cut();
    await until(ask, () => names.length > 1);
    expect(names).toEqual(['first', 'second']);
    // What cannot be read, or is another server's, changes nothing.
    current = undefined;
    expect(await ask()).toBe('Bearer key-of-second');
  } finally {
    await client.close();
    await gate.close();
    rmSync(folder, { recursive: true });
  }
});
