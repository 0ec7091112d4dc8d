import { DeleteInstanceCommand, SSOAdminClient } from '@aws-sdk/client-sso-admin';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { randomInt, randomUUID } from 'node:crypto';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils';
import { NativeConnection } from '@temporalio/worker';
import type { ActivityDependencies, AwsSettings, Receiver } from '../../activities';
import { FleetUnansweredError, IdentityCenterClient, NoWorkerError } from '../../client';
import { callInTime } from '../../client/calls';
import { isUnansweredQuery } from '../../client/server-errors';
import { defined, workflowIdOf, type ProvisionRequestInput, type TemporalExtensions } from '../../contract';
import { emulatorSettings, startEmulator, type Emulator } from '../../sandbox';
import { startTemporalServer, type StartOptions } from '../../sandbox/temporal-server';
import { createLogger, createWorker, installLogger } from '../../worker';
import { isEndedByForce } from '../../worker/forced-end';
import { keepActions } from './aws-calls';
import { OUR_SEARCH_ATTRIBUTES, temporalAddress } from './temporal';

/** Real parts for a test file: its own emulator, worker and task queue on the shared Temporal server. */
export interface Harness {
  readonly emulator: Emulator;
  readonly client: IdentityCenterClient;
  readonly temporal: Client;
  readonly taskQueue: string;
  /** Of the Temporal server. */
  readonly address: string;
  /** The history of the account's latest run. */
  eventsOf(account: string): Promise<NonNullable<History['events']>>;
  /** Credentials of an account, as its owner would have them. */
  assumeRole(
    account: string,
  ): Promise<{ accessKeyId: string; secretAccessKey: string; sessionToken: string }>;
  /** Deletes an instance as its owner would, and waits until it is gone. */
  deleteInstance(account: string, instanceArn: string, region?: string): Promise<void>;
  stop(): Promise<void>;
}

export interface HarnessOptions {
  /** Default: that of the server that all test files share. */
  address?: string;
  /** A server for this harness alone, with our search attributes where none are given; it ends with the harness. */
  ownServer?: Pick<StartOptions, 'searchAttributes' | 'dynamicConfig'>;
  /** Default: one of its own. */
  taskQueue?: string;
  /** false: the test brings its own worker. */
  worker?: boolean;
  aws?: Partial<AwsSettings>;
  receivers?: readonly Receiver[];
  dependencies?: Partial<ActivityDependencies>;
  extensions?: TemporalExtensions;
}

let loggerInstalled = false;

export async function startHarness(options: HarnessOptions = {}): Promise<Harness> {
  const server =
    options.ownServer &&
    (await startTemporalServer({
      port: 0,
      uiPort: false,
      searchAttributes: OUR_SEARCH_ATTRIBUTES,
      ...options.ownServer,
    }));
  const address = server?.address ?? options.address ?? temporalAddress();
  const { taskQueue = `test-${randomUUID()}` } = options;
  const emulator = await startEmulator({ port: 0 });
  emulator.setFaults({ creationMs: 0, deletionMs: 0 });
  const connection = await Connection.connect({ address, interceptors: [callInTime] });
  const temporal = new Client({ connection, identity: 'tester' });
  const worker =
    options.worker === false ? undefined : await startTestWorker(address, taskQueue, emulator, options);
  const sts = new STSClient({
    region: 'us-east-1',
    endpoint: emulator.url,
    credentials: emulatorSettings('').credentials,
  });
  const assumeRole = async (account: string) => {
    const RoleArn = `arn:aws:iam::${account}:role/Owner`;
    const { Credentials: issued } = await sts.send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: 'owner' }),
    );
    return {
      accessKeyId: issued?.AccessKeyId ?? '',
      secretAccessKey: issued?.SecretAccessKey ?? '',
      sessionToken: issued?.SessionToken ?? '',
    };
  };
  return {
    emulator,
    temporal,
    taskQueue,
    address,
    async eventsOf(account) {
      const { events } = await temporal.workflow.getHandle(workflowIdOf(account)).fetchHistory();
      return events ?? [];
    },
    assumeRole,
    async deleteInstance(account, InstanceArn, region = 'eu-west-1') {
      const credentials = await assumeRole(account);
      const owner = new SSOAdminClient({ region, endpoint: emulator.url, credentials });
      await owner.send(new DeleteInstanceCommand({ InstanceArn }));
      await until(
        () => emulator.instances().filter((it) => it.accountId === account).length,
        (count) => count === 0,
      );
    },
    client: new IdentityCenterClient(temporal, taskQueue),
    async stop() {
      await worker?.stop();
      await connection.close();
      keepActions(emulator);
      await emulator.close();
      await server?.stop();
    },
  };
}

/** Gives a test a harness of its own: what becomes of its workers is no other test's. */
export async function withHarness(
  options: HarnessOptions,
  use: (harness: Harness) => Promise<void>,
): Promise<void> {
  const harness = await startHarness(options);
  try {
    await use(harness);
  } finally {
    await harness.stop();
  }
}

/** Has the workers of this process log errors alone; to be called before the first of them. */
export function logErrorsOnly(): void {
  if (!loggerInstalled) installLogger(createLogger('error'));
  loggerInstalled = true;
}

export async function startTestWorker(
  address: string,
  taskQueue: string,
  emulator: Emulator,
  options: HarnessOptions = {},
): Promise<{ stop(): Promise<void> }> {
  logErrorsOnly();
  const connection = await NativeConnection.connect({ address });
  const worker = await createWorker({
    connection,
    namespace: 'default',
    taskQueue,
    aws: { ...emulatorSettings(emulator.url), requestTimeoutMs: 10_000, ...options.aws },
    // Where many tests share the machine, a worker that lives may be slower than the default allows for.
    stickyTimeout: '5s',
    ...defined({
      receivers: options.receivers,
      dependencies: options.dependencies,
      extensions: options.extensions,
    }),
  });
  const ended = worker.run();
  return {
    async stop() {
      worker.shutdown();
      // On a busy machine calls may take longer than a worker waits for them.
      await ended.catch((error: unknown) => {
        if (!isEndedByForce(error)) throw error;
      });
      await connection.close();
    },
  };
}

/** An account that no other test uses. */
export function freshAccount(): string {
  return String(randomInt(100_000_000_000, 999_999_999_998));
}

/**
 * A request whose waits suit a test: short between two tries, and without an end where the machine is slow. A test that
 * is about a time-out asks for one itself.
 */
export function requestFor(
  accountId: string,
  more: Partial<ProvisionRequestInput> = {},
): ProvisionRequestInput {
  return {
    accountId,
    region: 'eu-west-1',
    ...more,
    timing: {
      createTimeout: '1h',
      activeTimeout: '1h',
      accountReadyTimeout: '10m',
      pollInterval: '100ms',
      retry: { initialInterval: '20ms', maximumInterval: '100ms' },
      ...more.timing,
    },
  };
}

export function handleOf(harness: Harness, accountId: string): WorkflowHandle {
  return harness.temporal.workflow.getHandle(workflowIdOf(accountId));
}

/** Longer than anything takes on a busy machine, and shorter than a test may: its message says more than Jest's. */
const PATIENCE_MS = 150_000;

/**
 * Waits until something holds; fails with what it saw last. A look that no worker answered in time has seen nothing: where
 * the machine is busy, a worker may take longer than a person is let wait.
 */
export async function until<T>(look: () => Promise<T> | T, holds: (seen: T) => boolean): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  // What comes soon is seen at once, and who waits for long does not keep the machine busy with looking.
  for (let pauseMs = 50; ; pauseMs = Math.min(250, pauseMs * 1.2)) {
    const seen = await answered(look);
    if (seen !== UNANSWERED && holds(seen)) return seen;
    if (Date.now() > end)
      throw new Error(
        `not within ${PATIENCE_MS} ms; last seen: ${seen === UNANSWERED ? 'no answer of a worker' : JSON.stringify(seen)}`,
      );
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

const UNANSWERED = Symbol('no worker has answered');

async function answered<T>(look: () => Promise<T> | T): Promise<T | typeof UNANSWERED> {
  try {
    return await look();
  } catch (error) {
    const isUnanswered = error instanceof FleetUnansweredError || error instanceof NoWorkerError;
    if (isUnanswered || isUnansweredQuery(error)) return UNANSWERED;
    throw error;
  }
}
