import {
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { oneLine } from '../../contract';
import { readError } from '../errors/read';
import { AwsCallError, isA } from '../errors/thrown';
import type { Call } from './call';

// AWS's limits.
const LONGEST_ERROR = 256;
const LONGEST_CAUSE = 32_768;

/** The tasks of Step Functions that wait for a token. Every method throws what a {@link Call} throws. */
export interface StateMachineTasks {
  /** Says that its answer is still worked at. */
  beat(taskToken: string): Promise<void>;
  /** @param output what JSON can hold */
  succeed(taskToken: string, output: object): Promise<void>;
  fail(taskToken: string, error: string, cause: string): Promise<void>;
  /** Drops the credentials, so that the next call has new ones. */
  forgetCredentials(): void;
}

/** The client whose calls tasks take. */
export const TASK_CLIENT = SFNClient;

export function stateMachineTasks(call: Call<SFNClient>, forgetCredentials: () => void): StateMachineTasks {
  return {
    forgetCredentials,
    async beat(taskToken) {
      await call('write', 'SendTaskHeartbeat', (client, options) =>
        client.send(new SendTaskHeartbeatCommand({ taskToken }), options),
      );
    },
    async succeed(taskToken, output) {
      const command = new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) });
      await call('write', 'SendTaskSuccess', (client, options) => client.send(command, options));
    },
    async fail(taskToken, error, cause) {
      const command = new SendTaskFailureCommand({
        taskToken,
        error: oneLine(error, LONGEST_ERROR),
        cause: cause.slice(0, LONGEST_CAUSE),
      });
      await call('write', 'SendTaskFailure', (client, options) => client.send(command, options));
    },
  };
}

const FORGOTTEN: readonly (string | undefined)[] = ['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'];

/** Says what AWS calls it where it does not know a task token (any more); `undefined`: something else went wrong. */
export function whyForgotten(error: unknown): string | undefined {
  const { awsName } = readError(isA(error, AwsCallError) ? error.cause : error);
  return FORGOTTEN.includes(awsName) ? awsName : undefined;
}
