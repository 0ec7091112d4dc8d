import {
  Server,
  ServerCredentials,
  status,
  type MethodDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { temporal } from '@temporalio/proto';

/** What a call is answered with: a status of gRPC. */
export interface Refusal {
  code: number;
  details: string;
}

/** A call that is never answered. */
export const SILENCE = 'silence';

/** Answers the calls of Temporal's services. */
export interface StandIn {
  readonly address: string;
  readonly port: number;
  stop(): void;
}

/** At run time they are what protobufjs has read: objects with their methods. */
const SERVICES = {
  'temporal.api.workflowservice.v1.WorkflowService': temporal.api.workflowservice.v1.WorkflowService,
  'temporal.api.operatorservice.v1.OperatorService': temporal.api.operatorservice.v1.OperatorService,
} as unknown as Record<string, { methods: Record<string, unknown> }>;

const { GetSystemInfoResponse } = temporal.api.workflowservice.v1;

/**
 * Starts what stands in for a Temporal server that refuses.
 *
 * @param refuse told the method; `undefined`: it answers with an empty message
 */
export async function startStandIn(
  refuse: (method: string) => Refusal | typeof SILENCE | undefined,
  credentials: ServerCredentials = ServerCredentials.createInsecure(),
): Promise<StandIn> {
  const server = new Server();
  const empty = Buffer.from(GetSystemInfoResponse.encode({}).finish());
  for (const [service, { methods }] of Object.entries(SERVICES)) {
    const definition: Record<string, MethodDefinition<Buffer, Buffer>> = {};
    const handlers: UntypedServiceImplementation = {};
    const raw = (bytes: Buffer) => bytes;
    for (const method of Object.keys(methods)) {
      definition[method] = {
        path: `/${service}/${method}`,
        requestStream: false,
        responseStream: false,
        requestSerialize: raw,
        requestDeserialize: raw,
        responseSerialize: raw,
        responseDeserialize: raw,
      };
      handlers[method] = (_call: unknown, callback: (error: Refusal | null, answer?: Buffer) => void) => {
        const refusal = method === 'GetSystemInfo' ? undefined : refuse(method);
        if (refusal === SILENCE) return;
        callback(refusal ?? null, refusal === undefined ? empty : undefined);
      };
    }
    server.addService(definition, handlers);
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return {
    address: `127.0.0.1:${port}`,
    port,
    stop: () => {
      server.forceShutdown();
    },
  };
}

/** Every status of gRPC that is an error, by its name. */
export const STATUSES = Object.fromEntries(
  Object.entries(status).filter(([, code]) => Number(code) > 0),
) as Record<string, number>;
