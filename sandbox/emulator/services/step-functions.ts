import { z } from 'zod';
import { AwsError, jsonProtocol } from '../protocols';
import { operation, type Service, type ServiceContext } from '../service';
import { optional } from '../validation';

const MOST_OUTPUT_BYTES = 262_144;

// The limits of the states service model, 2016-11-23.
const token = z.string().min(1).max(2048);
const success = z.strictObject({ taskToken: token, output: z.string() });
const failure = z.strictObject({
  taskToken: token,
  error: optional(z.string().max(256)),
  cause: optional(z.string().max(32_768)),
});
const heartbeat = z.strictObject({ taskToken: token });

/** Step Functions: no state machine runs; tasks that wait for a token are made by whoever uses the emulator, and answered here. */
export function createStepFunctions({ tasks }: ServiceContext): Service {
  return {
    protocol: jsonProtocol('AWSStepFunctions', '1.0'),
    prefix: 'states',
    throttled: false,
    operations: {
      SendTaskSuccess: operation({
        schema: success,
        details: ({ output }) => ({ sent: output }),
        perform({ taskToken, output }) {
          if (Buffer.byteLength(output) > MOST_OUTPUT_BYTES)
            throw new AwsError('ValidationException', 'The output is longer than 262144 bytes.');
          tasks.succeed(taskToken, output);
          return {};
        },
      }),
      SendTaskFailure: operation({
        schema: failure,
        details: ({ cause }) => ({ sent: cause ?? '' }),
        perform({ taskToken, error, cause }) {
          tasks.fail(taskToken, { error, cause });
          return {};
        },
      }),
      SendTaskHeartbeat: operation({
        schema: heartbeat,
        perform({ taskToken }) {
          tasks.beat(taskToken);
          return {};
        },
      }),
    },
  };
}
