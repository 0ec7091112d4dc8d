import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { defined } from '../../contract';

/** How a worker gets to AWS from where it is. The SDK itself reads none of it. */
export interface NetworkSettings {
  /** The URL of the proxy for https. */
  httpsProxy?: string;
  /** The URL of the proxy for http, which only an endpoint of one's own speaks. */
  httpProxy?: string;
  /** The hosts that are reached without a proxy, as `NO_PROXY` has them. */
  noProxy?: string;
  /** The certificate authorities that are trusted, in PEM; default: those of Node.js. */
  authorities?: string[];
}

/**
 * Reads `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY` (in small letters they go first, as for curl) and `AWS_CA_BUNDLE`.
 *
 * @throws Error naming the variable that is wrong
 */
export function readNetworkSettings(env: Readonly<Record<string, string | undefined>>): NetworkSettings {
  const [, noProxy] = find(env, 'no_proxy');
  return defined({
    httpsProxy: readProxy(find(env, 'https_proxy')),
    httpProxy: readProxy(find(env, 'http_proxy')),
    noProxy,
    authorities: readAuthorities(env),
  });
}

function find(
  env: Readonly<Record<string, string | undefined>>,
  lowerCase: string,
): [name: string, value: string | undefined] {
  const set = [lowerCase, lowerCase.toUpperCase()].find((name) => (env[name] ?? '').trim() !== '');
  return [set ?? lowerCase, set && env[set]?.trim()];
}

function readProxy([variable, value]: [string, string | undefined]): string | undefined {
  if (value === undefined) return undefined;
  const text = value.includes('://') ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isProxy =
    url !== undefined && /^https?:$/.test(url.protocol) && url.hostname !== '' && url.search === '';
  if (isProxy) return url.href;
  // Its user and password are nobody's to read.
  const shown = value.replace(/(^|\/\/)[^/]*@/, '$1…@').slice(0, 200);
  throw new Error(
    `${variable}: must be the URL of an HTTP proxy, such as http://proxy.example.com:3128, and is ${shown}`,
  );
}

/** `AWS_CA_BUNDLE` takes the place of the authorities of Node.js, as it does for the AWS CLI; what `NODE_EXTRA_CA_CERTS` adds stays. */
function readAuthorities(env: Readonly<Record<string, string | undefined>>): string[] | undefined {
  const bundle = env['AWS_CA_BUNDLE']?.trim();
  if (!bundle) return undefined;
  const extra = env['NODE_EXTRA_CA_CERTS']?.trim();
  // Node.js itself warns of an extra file that it cannot read, and goes on.
  return [...readCertificates('AWS_CA_BUNDLE', bundle), ...(extra ? readExtra(extra) : [])];
}

function readExtra(file: string): string[] {
  try {
    return readCertificates('NODE_EXTRA_CA_CERTS', file);
  } catch {
    return [];
  }
}

function readCertificates(variable: string, file: string): string[] {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${variable}: ${(error as Error).message}`, { cause: error });
  }
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0) throw new Error(`${variable}: ${file} has no certificate in PEM`);
  for (const certificate of certificates) {
    try {
      new X509Certificate(certificate);
    } catch (error) {
      throw new Error(`${variable}: ${file} has a certificate that cannot be read`, { cause: error });
    }
  }
  return certificates;
}
