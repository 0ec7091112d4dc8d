import { X509Certificate } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { isLoopback, oneLine, type Check } from '../../contract';
import { settingsOf } from '../connection';
import { readServerCertificate } from '../probe';
import { proxyVariableFor } from '../proxy';
import { tlsOf } from '../renewal';
import type { TemporalSettings } from '../settings';
import { lifetimeOfToken, tellLifetime } from './lifetime';

const RENEW_CERTIFICATE =
  'Renew it where TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH (or the profile) name it; workers take it up within 5 s.';
const RENEW_KEY =
  'Make a new key, and put it in the place of the old one: in a profile (api_key) workers take it up within 5 s, in TEMPORAL_API_KEY at their next start.';
const RENEW_SERVER =
  'Have the certificate of the server renewed: once it has expired, no client and no worker connects.';

/** Checks the way to the server: TLS and its certificates, the key, the proxy. */
export async function checkConnection(client: Client): Promise<Check[]> {
  const settings = settingsOf(client);
  // Somebody else has connected it, and knows how.
  if (settings === undefined) return [];
  const checks = [await checkTls(settings)];
  const { clientCertPair } = tlsOf(settings) ?? {};
  if (clientCertPair) checks.push(checkClientCertificate(clientCertPair.crt));
  const { apiKey } = settings.connectionOptions;
  if (apiKey !== undefined) checks.push(checkApiKey(apiKey));
  checks.push(checkProxy(settings));
  return checks;
}

async function checkTls(settings: TemporalSettings): Promise<Check> {
  const { address } = settings.connectionOptions;
  const [check, tls] = ['TLS', tlsOf(settings)];
  if (tls === undefined) {
    if (isLoopback(address)) return { check, ok: true, found: 'none, to this machine' };
    const remedy =
      'Where nothing else encrypts it (a service mesh, a tunnel), set TEMPORAL_TLS=true, as the server has it.';
    return { check, ok: true, found: 'none: whoever is on the way can read and change what is sent', remedy };
  }
  // What it would see through a proxy is the proxy's.
  const seen =
    proxyVariableFor(address) === undefined ? await readServerCertificate(address, tls) : undefined;
  if (seen === undefined) return { check, ok: true, found: 'on' };
  const { ok, found } = tellLifetime(lifetimeOf(seen.certificate));
  const said = `${seen.protocol}, the server is ${subjectOf(seen.certificate)}, ${found}`;
  return { check, ok, found: said, ...(!ok && { remedy: RENEW_SERVER }) };
}

function checkClientCertificate(pem: Uint8Array): Check {
  const certificate = new X509Certificate(pem);
  const { ok, found } = tellLifetime(lifetimeOf(certificate));
  const check = 'client certificate';
  return {
    check,
    ok,
    found: `${subjectOf(certificate)}, ${found}`,
    ...(!ok && { remedy: RENEW_CERTIFICATE }),
  };
}

function checkApiKey(apiKey: string): Check {
  const check = 'API key';
  const lifetime = lifetimeOfToken(apiKey);
  if (lifetime === undefined) return { check, ok: true, found: 'set; it does not say until when it holds' };
  const { ok, found } = tellLifetime(lifetime);
  return { check, ok, found, ...(!ok && { remedy: RENEW_KEY }) };
}

function checkProxy({ connectionOptions: { address } }: TemporalSettings): Check {
  const check = 'proxy';
  const variable = proxyVariableFor(address);
  if (variable !== undefined)
    return { check, ok: true, found: `the server is reached by way of that in ${variable}` };
  const others = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'].filter((name) => process.env[name]);
  if (isLoopback(address) || others.length === 0)
    return { check, ok: true, found: 'none on the way to the server' };
  const found = `none on the way to the server; ${others.join(', ')} in capitals is not for it`;
  return {
    check,
    ok: true,
    found,
    remedy: 'Where it needs one, set https_proxy in small letters, or grpc_proxy.',
  };
}

function lifetimeOf({ validFrom, validTo }: X509Certificate) {
  return { from: Date.parse(validFrom), until: Date.parse(validTo) };
}

function subjectOf({ subject, subjectAltName = '' }: X509Certificate): string {
  return oneLine(subject || subjectAltName, 100);
}
