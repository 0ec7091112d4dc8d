import { ChannelCredentials } from '@grpc/grpc-js';
import { normalizeTlsConfig, type TLSConfig } from '@temporalio/common/lib/internal-non-workflow';
import type { ReadTemporalSettings, TemporalSettings } from './settings';

/** A worker looks as often. */
const LOOK_EVERY_MS = 5_000;

/**
 * The settings of a connection whose keys and certificates may be renewed while it stands. They are read when somebody asks,
 * but not more than once in five seconds; what cannot be read leaves the last ones in use. A changed address or namespace
 * is another server's, and takes another connection.
 */
export class RenewedSettings {
  private readAt = performance.now();

  /** @param read reads them anew; `undefined`: they stay as they are */
  constructor(
    private current: TemporalSettings,
    private readonly read: ReadTemporalSettings | undefined,
  ) {}

  get(): TemporalSettings {
    if (this.read === undefined || performance.now() - this.readAt < LOOK_EVERY_MS) return this.current;
    this.readAt = performance.now();
    try {
      const next = this.read();
      if (isSameServer(next, this.current)) this.current = next;
    } catch {
      // A file may be half written.
    }
    return this.current;
  }

  /** The key, or nothing, which the SDK does not send. */
  apiKey(): string {
    const { apiKey } = this.get().connectionOptions;
    return apiKey ?? '';
  }
}

function isSameServer(one: TemporalSettings, other: TemporalSettings): boolean {
  return (
    one.namespace === other.namespace && one.connectionOptions.address === other.connectionOptions.address
  );
}

/** TLS as the SDK understands its options: a key alone asks for it. */
export function tlsOf({ connectionOptions: { tls, apiKey } }: TemporalSettings): TLSConfig | undefined {
  return normalizeTlsConfig(tls, apiKey);
}

/** The credentials of a channel over TLS, each of whose connections begins with the certificates as they are then. */
export class RenewedCredentials extends ChannelCredentials {
  constructor(private readonly settings: RenewedSettings) {
    super();
    // What cannot be used is said at once.
    this.now();
  }

  override _isSecure(): boolean {
    return true;
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(
    ...args: Parameters<ChannelCredentials['_createSecureConnector']>
  ): ReturnType<ChannelCredentials['_createSecureConnector']> {
    const first = this.now()._createSecureConnector(...args);
    return {
      connect: async (socket) =>
        this.now()
          ._createSecureConnector(...args)
          .connect(socket),
      waitForReady: () => first.waitForReady(),
      getCallCredentials: () => first.getCallCredentials(),
      destroy: () => {
        first.destroy();
      },
    };
  }

  private now(): ChannelCredentials {
    const { serverRootCACertificate: ca, clientCertPair: pair } = tlsOf(this.settings.get()) ?? {};
    return ChannelCredentials.createSsl(bytes(ca), bytes(pair?.key), bytes(pair?.crt));
  }
}

function bytes(pem: Uint8Array | undefined): Buffer | undefined {
  return pem && Buffer.from(pem);
}
