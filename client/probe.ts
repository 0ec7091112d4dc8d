import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { connect as connectPlain, isIP } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { normalizeGrpcEndpointAddress, type TLSConfig } from '@temporalio/common/lib/internal-non-workflow';
import type { ConnectionErrorCode } from './connection-errors';
import { proxyVariableFor } from './proxy';

/** Why no connection comes about, as a look at the address shows it. */
export interface ConnectionFault {
  code: ConnectionErrorCode;
  /** The words of whoever said so; default: those of the failure that led to the look. */
  detail?: string;
}

/** One look takes no longer; two are taken at the most. */
const LOOK_MS = 2_000;

/** What came of a greeting in HTTP/2, which gRPC speaks. */
type Greeting =
  | { met: 'http2' }
  | { met: 'silence' }
  | { met: 'failure'; code: string; message: string; /** TLS stood before it. */ secured: boolean };

/**
 * Looks why no connection comes about: the SDK says of each mistake that there was none before a deadline. It opens a
 * connection of its own, with the same TLS, and where that is not understood another with TLS the other way. Ends within
 * 4 s.
 */
export async function findConnectionFault(
  address: string,
  tls: TLSConfig | boolean | undefined | null,
): Promise<ConnectionFault> {
  const proxy = proxyVariableFor(address);
  if (proxy !== undefined) return { code: 'PROXY', detail: `${proxy} names it` };
  const config = tls === true ? {} : tls === false ? undefined : (tls ?? undefined);
  const met = await greet(address, config && tlsOptions(config));
  if (met.met === 'silence') return { code: 'NO_ANSWER' };
  if (met.met === 'http2') return { code: 'NOT_TEMPORAL', detail: 'it speaks HTTP/2' };
  const { message: detail, code } = met;
  const known = NETWORK[code] ?? (config && CERTIFICATE[code]);
  if (known !== undefined) return { code: known, detail };
  if (config === undefined) {
    const secure = await greet(address, { rejectUnauthorized: false });
    return { code: speaksTls(secure) ? 'TLS_REQUIRED' : 'NOT_TEMPORAL', detail };
  }
  if (/WRONG_VERSION|PACKET_LENGTH|UNEXPECTED_MESSAGE|BAD_RECORD_TYPE|HTTP_REQUEST/.test(code))
    return { code: 'NOT_TLS', detail };
  if (met.secured || CLIENT_ALERT.test(code))
    return {
      ...(config.clientCertPair
        ? {
            code: 'CLIENT_CERTIFICATE_REFUSED',
            detail: `${detail}; ${describeCertificate(config.clientCertPair.crt)}`,
          }
        : { code: 'CLIENT_CERTIFICATE_MISSING', detail }),
    };
  if (code.includes('UNRECOGNIZED_NAME')) return { code: 'CERTIFICATE_NAME', detail };
  if ((await greet(address, undefined)).met === 'http2') return { code: 'NOT_TLS', detail };
  return { code: 'TLS_FAILED', detail };
}

/** The server may refuse it because it is over, and does not say so. */
function describeCertificate(pem: Uint8Array): string {
  try {
    const { subject, validTo } = new X509Certificate(pem);
    return `it is ${subject.replaceAll('\n', ', ')}, valid until ${validTo}`;
  } catch {
    return 'it cannot be read';
  }
}

const NETWORK: Partial<Record<string, ConnectionErrorCode>> = {
  ENOTFOUND: 'NO_SUCH_HOST',
  EAI_AGAIN: 'NO_SUCH_HOST',
  EAI_NODATA: 'NO_SUCH_HOST',
  ECONNREFUSED: 'CONNECTION_REFUSED',
  EHOSTUNREACH: 'NO_ROUTE',
  ENETUNREACH: 'NO_ROUTE',
  EADDRNOTAVAIL: 'NO_ROUTE',
  EACCES: 'NO_ROUTE',
  EPERM: 'NO_ROUTE',
  ETIMEDOUT: 'NO_ANSWER',
};

const CERTIFICATE: Partial<Record<string, ConnectionErrorCode>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'CERTIFICATE_UNKNOWN',
  SELF_SIGNED_CERT_IN_CHAIN: 'CERTIFICATE_UNKNOWN',
  UNABLE_TO_GET_ISSUER_CERT: 'CERTIFICATE_UNKNOWN',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'CERTIFICATE_UNKNOWN',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'CERTIFICATE_UNKNOWN',
  CERT_SIGNATURE_FAILURE: 'CERTIFICATE_UNKNOWN',
  CERT_UNTRUSTED: 'CERTIFICATE_UNKNOWN',
  INVALID_CA: 'CERTIFICATE_UNKNOWN',
  CERT_HAS_EXPIRED: 'CERTIFICATE_EXPIRED',
  CERT_NOT_YET_VALID: 'CERTIFICATE_EXPIRED',
  HOSTNAME_MISMATCH: 'CERTIFICATE_NAME',
  ERR_TLS_CERT_ALTNAME_INVALID: 'CERTIFICATE_NAME',
};

/** What a server says of the certificate of a client, or of the lack of one. */
const CLIENT_ALERT =
  /ALERT_(?:CERTIFICATE|BAD_CERTIFICATE|HANDSHAKE_FAILURE|UNKNOWN_CA|ACCESS_DENIED|UNSUPPORTED_CERT)/;

function speaksTls(met: Greeting): boolean {
  return met.met === 'http2' || (met.met === 'failure' && (met.secured || met.code.includes('ALERT')));
}

function tlsOptions(config: TLSConfig): ConnectionOptions {
  const { serverNameOverride, serverRootCACertificate, clientCertPair } = config;
  return {
    ...(serverNameOverride && { servername: serverNameOverride }),
    ...(serverRootCACertificate && { ca: Buffer.from(serverRootCACertificate) }),
    ...(clientCertPair && { cert: Buffer.from(clientCertPair.crt), key: Buffer.from(clientCertPair.key) }),
  };
}

/** What a server shows of itself while TLS is made. */
export interface ServerCertificate {
  certificate: X509Certificate;
  /** The version of TLS. */
  protocol: string;
}

/** Reads the certificate of a server, over a connection of its own; `undefined`: none came about within 2 s. */
export async function readServerCertificate(
  address: string,
  tls: TLSConfig,
): Promise<ServerCertificate | undefined> {
  const socket = connectTls(tlsSocketOptions(placeAt(address), tlsOptions(tls)));
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(LOOK_MS) });
    const certificate = socket.getPeerX509Certificate();
    return certificate && { certificate, protocol: socket.getProtocol() ?? 'TLS' };
  } catch {
    return undefined;
  } finally {
    socket.on('error', () => undefined).destroy();
  }
}

interface Place {
  url: URL;
  host: string;
  port: number;
}

function placeAt(address: string): Place {
  const url = new URL(`http://${normalizeGrpcEndpointAddress(address, 7233)}`);
  return { url, host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 80) };
}

function tlsSocketOptions({ host, port }: Place, tls: ConnectionOptions): ConnectionOptions {
  return {
    host,
    port,
    ALPNProtocols: ['h2'],
    // The name of a host is told, that of an address must not be.
    ...(isIP(host) === 0 && { servername: host }),
    ...tls,
  };
}

function greet(address: string, tls: ConnectionOptions | undefined): Promise<Greeting> {
  const place = placeAt(address);
  const { url, host, port } = place;
  return new Promise((resolve) => {
    let secured = false;
    const socket =
      tls === undefined ? connectPlain({ host, port }) : connectTls(tlsSocketOptions(place, tls));
    const session = connect(url, { createConnection: () => socket });
    const end = (greeting: Greeting) => {
      clearTimeout(timer);
      resolve(greeting);
      session.destroy();
      socket.destroy();
    };
    const fail = ({ code = '', message }: NodeJS.ErrnoException) => {
      end({ met: 'failure', code, message, secured });
    };
    const timer = setTimeout(() => {
      end({ met: 'silence' });
    }, LOOK_MS);
    socket.once('secureConnect', () => (secured = true));
    session.once('remoteSettings', () => {
      end({ met: 'http2' });
    });
    // The session does not hand on all that the socket says.
    for (const part of [socket, session]) {
      part.on('error', fail);
      part.once('close', () => {
        fail(new Error('the other side ended the connection'));
      });
    }
  });
}
