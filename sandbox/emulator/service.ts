import type { z } from 'zod';
import type { AccessKeys } from './access-keys';
import type { RecordedCall } from './call-log';
import type { FaultPlan } from './faults';
import type { InstanceStore } from './instances';
import type { OrganizationStore } from './organization';
import type { Protocol } from './protocols';
import type { QueueStore } from './queues';
import type { StateMachineTasks } from './state-machine-tasks';

/** Who calls, and where. */
export interface Caller {
  account: string;
  arn: string;
  region: string;
}

/** A service of AWS. A file in `services/` makes one, and `SERVICES` registers it. */
export interface Service {
  /** How its calls look on the wire. */
  protocol: Protocol;
  operations: Readonly<Record<string, Operation>>;
  /** What IAM calls the service in the names of actions. */
  prefix: string;
  /** The fault `throttle` counts its calls; STS has quotas of its own. */
  throttled: boolean;
  /** Forgets what the service itself keeps, where that is not in its context. */
  reset?(): void;
}

/** What an operation takes and does. */
export interface Operation<Input = unknown> {
  /** The limits of the service model. */
  schema: z.ZodType<Input>;
  /** Carries out a call whose input is valid, and answers with its result. @throws AwsError */
  perform(input: Input, caller: Caller): object | Promise<object>;
  /** The actions of IAM that it takes, where these are others than the one of its own name. */
  actions?: readonly string[];
  /** Whether it takes calls that nobody has signed. */
  isUnsigned?: boolean;
  /** What the call log holds of a valid call beside its name. */
  details?(input: Input): CallDetails;
  /** The account that a call is about, where it is not the caller's. Nobody has checked the input yet. */
  account?(input: unknown): string | undefined;
}

export type CallDetails = Pick<RecordedCall, 'token' | 'parameters' | 'instanceArn' | 'target' | 'sent'>;

/** What services share. */
export interface ServiceContext {
  faults: FaultPlan;
  keys: AccessKeys;
  instances: InstanceStore;
  organization: OrganizationStore;
  queues: QueueStore;
  tasks: StateMachineTasks;
}

/** Makes a service; it is called once for each emulator. */
export type CreateService = (context: ServiceContext) => Service;

/** Takes the types of an operation's input from its schema. */
export function operation<Input>(it: Operation<Input>): Operation {
  return it;
}
