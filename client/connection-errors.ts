import { oneLine } from '../contract';
import { IdentityCenterError } from './errors';
import type { ConnectionFault } from './probe';

/** Why no connection to a server came about; the code is what a pipeline reads in an error's JSON. */
export type ConnectionErrorCode = keyof typeof WORDS;

const OTHER_SERVER =
  'Start one with "identity-center up", or set TEMPORAL_ADDRESS (and TEMPORAL_NAMESPACE, TEMPORAL_PROFILE) to yours.';
const CLIENT_CERTIFICATE = 'TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH';

/** What each means, after "No Temporal server answers at …: ", and the next step. */
const WORDS = {
  UNREACHABLE: ['no connection came about', OTHER_SERVER],
  NO_SUCH_HOST: ['there is no host of that name', 'Check TEMPORAL_ADDRESS, and the DNS of this machine.'],
  CONNECTION_REFUSED: ['nothing listens there', OTHER_SERVER],
  NO_ROUTE: [
    'there is no way to it from here',
    'Check TEMPORAL_ADDRESS, and the network and the firewalls between.',
  ],
  NO_ANSWER: [
    'it is silent',
    'Check TEMPORAL_ADDRESS, the firewalls between, and whether the server is well.',
  ],
  NOT_TLS: [
    'TLS is asked for, and what listens there speaks none',
    'Set TEMPORAL_TLS=false (TEMPORAL_API_KEY and every TEMPORAL_TLS_… ask for TLS too), or TEMPORAL_ADDRESS to its port with TLS.',
  ],
  TLS_REQUIRED: [
    'it speaks TLS, which is not asked for',
    'Set TEMPORAL_TLS=true, and TEMPORAL_TLS_SERVER_CA_CERT_PATH where its certificate is of an authority of your own.',
  ],
  CERTIFICATE_UNKNOWN: [
    'its certificate is of no authority that is known here',
    'Set TEMPORAL_TLS_SERVER_CA_CERT_PATH to a file with the certificate of that authority.',
  ],
  CERTIFICATE_EXPIRED: [
    'its certificate is not valid at this time',
    'Have the certificate of the server renewed, and check the clock of this machine.',
  ],
  CERTIFICATE_NAME: [
    'its certificate is for another name',
    'Set TEMPORAL_TLS_SERVER_NAME to a name that is in it, or correct TEMPORAL_ADDRESS.',
  ],
  CLIENT_CERTIFICATE_MISSING: [
    'it ends the connection once TLS stands, as one does that asks for a client certificate, and none is set',
    `Set ${CLIENT_CERTIFICATE}.`,
  ],
  CLIENT_CERTIFICATE_REFUSED: [
    'it does not take the client certificate',
    `Set ${CLIENT_CERTIFICATE} to a certificate that is valid and known to the server.`,
  ],
  TLS_FAILED: ['the TLS handshake failed', 'Check the TEMPORAL_TLS_… variables, and the TLS of the server.'],
  NOT_TEMPORAL: [
    'something answers there that is no Temporal server',
    'Check the port in TEMPORAL_ADDRESS: 7233 is the usual one, 8233 that of the UI.',
  ],
  PROXY: [
    'the connection goes through a proxy',
    'Check the proxy, or name the server in no_proxy, to go without.',
  ],
} as const satisfies Record<string, readonly [what: string, remedy: string]>;

/** Thrown where no Temporal server answers while the client connects. */
export class TemporalUnreachableError extends IdentityCenterError {
  override readonly name = 'TemporalUnreachableError';
  readonly category = 'unreachable';
  readonly code: ConnectionErrorCode;

  /** @param fault what a look at the address has shown */
  constructor(
    readonly address: string,
    override readonly cause: unknown,
    fault: ConnectionFault = { code: 'UNREACHABLE' },
  ) {
    const { code, detail = cause instanceof Error ? cause.message : String(cause) } = fault;
    const [what, remedy] = WORDS[code];
    super(`No Temporal server answers at ${address}: ${what} (${oneLine(detail, 200)}). ${remedy}`, {
      cause,
    });
    this.code = code;
  }
}
