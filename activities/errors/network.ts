import { property, text } from './read';

/** Of what a look-up of a host name fails with. */
const NO_SUCH_HOST = /^(ENOTFOUND|EAI_\w+)$/;
/** Of what a connection fails with before it is one, wherever the error does not say what it was doing. */
const NO_CONNECTION =
  /^(ECONNREFUSED|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|ERR_SOCKET_CONNECTION_TIMEOUT)$/;
/** Of what the check of a certificate fails with: the names of OpenSSL and of Node. */
const BAD_CERTIFICATE =
  /^(CERT_|CRL_|DEPTH_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_OSSL_X509|ERROR_IN_C|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_|HOSTNAME_MISMATCH$)/;
/** Of what a handshake fails with, be the other side none of TLS or one of another version. */
const NO_HANDSHAKE =
  /wrong.version.number|unsupported.protocol|protocol.version|no.protocols.available|handshake.failure|unrecognized.name|unknown.ca|packet.length.too.long|http.request/i;
/** What the error says where it has no code, as one that the SDK has wrapped. */
const NOT_CONNECTED =
  /^(AWS SDK error wrapper for (\w*Error: )?)?(connect|getaddrinfo) E[A-Z_]+\b|before secure TLS connection was established|did not establish a connection|error wrapper for AggregateError|(self[- ]signed|expired|unable to (get|verify)\b.*) certificate|certificate (has expired|is not yet valid)|certificate's altnames/i;
const MISSING_HOST = /getaddrinfo ENOTFOUND (\S+)/;
/** What libraries say of a proxy that does not let a connection through. */
const PROXY_REFUSES =
  /^(?:AWS SDK error wrapper for (?:\w*Error: )?)?(tunneling socket could not be established|Bad response: \d{3}\b|Proxy (connection|timeout|response)\b)/;
const PROXY_WANTS_CREDENTIALS = 407;
const DEEPEST = 5;

/**
 * Whether a request failed before anything of it was sent: there is no such host, no way to it, nobody listens, the
 * certificate is not trusted, a proxy refuses. Of anything else, a reset first of all, nobody knows what AWS has seen.
 */
export function wasNothingSent(thrown: unknown, depth = 0): boolean {
  const status = property(property(thrown, '$metadata'), 'httpStatusCode');
  if (status === PROXY_WANTS_CREDENTIALS) return true;
  if (status !== undefined || depth > DEEPEST) return false;
  const code = text(property(thrown, 'code')) ?? '';
  const syscall = text(property(thrown, 'syscall'));
  if (syscall === 'connect' || syscall === 'getaddrinfo') return true;
  const wasConnected = syscall === 'read' || syscall === 'write';
  if (!wasConnected && (NO_SUCH_HOST.test(code) || NO_CONNECTION.test(code))) return true;
  if (BAD_CERTIFICATE.test(code)) return true;
  const message = messageOf(thrown);
  if (
    (/^(ERR_SSL_|EPROTO$)/.test(code) || message.includes('SSL routines')) &&
    NO_HANDSHAKE.test(`${code} ${message}`)
  )
    return true;
  if (NOT_CONNECTED.test(message) || PROXY_REFUSES.test(message)) return true;
  // Several addresses of one host were tried, each in vain for a reason of its own.
  const errors = property(thrown, 'errors');
  if (Array.isArray(errors) && errors.length > 0)
    return errors.every((error: unknown) => wasNothingSent(error, depth + 1));
  const cause = property(thrown, 'cause');
  return cause !== undefined && wasNothingSent(cause, depth + 1);
}

/** Names the host that a request was to be sent to, where there is none of that name. */
export function missingHost(thrown: unknown): string | undefined {
  return MISSING_HOST.exec(messageOf(thrown))?.[1];
}

function messageOf(thrown: unknown): string {
  return (text(property(thrown, 'message')) ?? '').slice(0, 1_000);
}
