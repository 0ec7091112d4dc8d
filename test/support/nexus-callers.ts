import { createNexusServiceClient } from '@temporalio/workflow';
import { identityCenterService } from '../../contract/nexus';

/** What a caller sees of an error, or of one of its causes. */
export interface SeenError {
  name: string;
  message: string;
  /** Of an ApplicationFailure, or of a HandlerError. */
  type?: string;
  details?: unknown[];
}

/** What came of a call. */
export type Called = { result: unknown } | { errors: SeenError[] };

/** Calls an operation, and waits for its end; one that is cancelled says so in its errors. */
export async function call(
  endpoint: string,
  operation: keyof (typeof identityCenterService)['operations'],
  input: unknown,
): Promise<Called> {
  const client = createNexusServiceClient({ endpoint, service: identityCenterService });
  try {
    return { result: await client.executeOperation(operation, input as never) };
  } catch (error) {
    return { errors: [...chainOf(error)] };
  }
}

function* chainOf(error: unknown): Generator<SeenError> {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { name, message } = cause;
    const { type, details } = cause as { type?: unknown; details?: unknown };
    yield {
      name,
      message,
      ...(typeof type === 'string' ? { type } : {}),
      ...(Array.isArray(details) ? { details } : {}),
    };
  }
}
