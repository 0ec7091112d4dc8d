import type { ConnectionOptions } from '@temporalio/client';

/** Files with the certificate of a server and its key, in PEM. */
interface ServerCertificate {
  certFile: string;
  keyFile: string;
}

/** How a cluster protects its frontend: as one in production does, with TLS for everybody and keys with permissions. */
export interface ClusterSecurity extends ServerCertificate {
  /** Certificates by the name that a client asks for (SNI), in place of the one above. */
  others?: Readonly<Record<string, ServerCertificate>>;
  /** Files with the authorities of the certificates that clients must have, one in each; read again every second. */
  clientAuthorityFiles: readonly string[];
  /**
   * File with the keys (JSON Web Key Set) that API keys are signed with, read again every second. An API key is a JSON Web
   * Token; what it may do says its claim `permissions`: `default:write`, `temporal-system:admin`.
   */
  keySetFile: string;
  /** What the cluster itself makes its namespace with: it has to be an administrator's. */
  access: Required<Pick<ConnectionOptions, 'tls' | 'apiKey'>>;
}

const EVERY = '1s';

/** The part of the server's configuration that says so. The server's own workers go by way of an internal frontend. */
export function securityConfiguration({ certFile, keyFile, ...security }: ClusterSecurity) {
  const clients = { requireClientAuth: true, clientCaFiles: security.clientAuthorityFiles };
  const others = Object.entries(security.others ?? {}).map(([name, it]) => [name, { ...it, ...clients }]);
  return {
    tls: {
      refreshInterval: EVERY,
      frontend: {
        server: { certFile, keyFile, ...clients },
        hostOverrides: Object.fromEntries(others) as Record<string, unknown>,
      },
    },
    authorization: {
      jwtKeyProvider: { keySourceURIs: [`file://${security.keySetFile}`], refreshInterval: EVERY },
      permissionsClaimName: 'permissions',
      authorizer: 'default',
      claimMapper: 'default',
    },
  };
}
