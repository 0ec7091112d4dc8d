import { NativeConnection, type NativeConnectionOptions } from '@temporalio/worker';

const CONNECT_MS = 15_000;
/** Messages are of a few kilobytes: to pack and unpack them, at both ends, costs more than to send them. */
const UNPACKED = { grpcCompression: { codec: 'none' } } as const;

/** How a worker reaches Temporal. */
export interface WorkerConnection {
  connectionOptions: NativeConnectionOptions & { address: string };
  namespace: string;
}

/** Thrown where the server, or the way to it, is what stops a worker: it is worth another try. The cause says why. */
export class ServerRefusedError extends Error {
  override readonly name = 'ServerRefusedError';

  constructor(cause: unknown) {
    super('the server does not answer, or refuses', { cause });
  }
}

/** Throws a ServerRefusedError in place of what the SDK throws where the server does not answer, or refuses. */
export function throwRefusal(error: unknown): never {
  throw error instanceof Error && error.name === 'TransportError' ? new ServerRefusedError(error) : error;
}

/**
 * Connects a worker.
 *
 * @throws ServerRefusedError
 */
export async function connect(
  { connectionOptions }: WorkerConnection,
  signal: AbortSignal,
): Promise<NativeConnection> {
  const connecting = NativeConnection.connect({ ...UNPACKED, ...connectionOptions }).catch(throwRefusal);
  const late = AbortSignal.any([signal, AbortSignal.timeout(CONNECT_MS)]);
  const tooLate = new Promise<never>((_resolve, reject) => {
    late.addEventListener('abort', () => {
      reject(new ServerRefusedError(new Error(`no answer within ${CONNECT_MS / 1_000} s`)));
    });
  });
  try {
    return await Promise.race([connecting, tooLate]);
  } catch (error) {
    // One that comes about after all is nobody's.
    void connecting.then(
      (connection) => connection.close(),
      () => undefined,
    );
    throw error;
  }
}

/** Whether two lead to the same server in the same way, with the same keys and certificates. */
export function isSameConnection(one: WorkerConnection, other: WorkerConnection): boolean {
  return asText(one) === asText(other);
}

function asText(connection: WorkerConnection): string {
  return JSON.stringify(connection, (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
  );
}
