import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AccessKeys } from './access-keys';
import { actionsOf, createAws, type Delivery } from './aws';
import { CallLog, type RecordedCall } from './call-log';
import { createControl, refusal, type ControlAnswer } from './control';
import { FaultPlan, type Faults } from './faults';
import { Journal } from './journal';
import { InstanceStore, type EmulatedInstance, type InstanceFilter } from './instances';
import { QueueStore, type EmulatedQueue } from './queues';
import { createEventBridge } from './services/event-bridge';
import { OrganizationStore, type OrganizationSettings } from './organization';
import { createKms } from './services/kms';
import { createOrganizations } from './services/organizations';
import { createSns } from './services/sns';
import { createSqs } from './services/sqs';
import { createSsm } from './services/ssm';
import { createSsoAdmin } from './services/sso-admin';
import { createStepFunctions } from './services/step-functions';
import { createSts } from './services/sts';
import type { CreateService } from './service';
import { StateMachineTasks, type StateMachineTask, type TaskTimes } from './state-machine-tasks';

/** A running emulator of AWS: sso-admin, Organizations, KMS, STS, SNS, EventBridge, SSM, SQS and the tasks of Step Functions on one address of this machine. */
export interface Emulator {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** Sets what goes wrong from now on, for all or for `accounts`. @throws ZodError naming the wrong fields */
  setFaults(faults: Faults): void;
  /** Sets the accounts of the organization, and how they are listed. @throws ZodError naming the wrong fields */
  setOrganization(organization: OrganizationSettings): void;
  /** The calls that arrived, oldest first. */
  calls(filter?: { account?: string; operation?: string }): RecordedCall[];
  /** The actions of IAM that a call takes. */
  actionsOf(call: Pick<RecordedCall, 'service' | 'operation'>): readonly string[];
  /** The instances that exist, oldest first. */
  instances(filter?: InstanceFilter): EmulatedInstance[];
  /** The queues that were made, with their messages. */
  queues(): EmulatedQueue[];
  /** Has a state machine wait for a task token (`.waitForTaskToken`), and answers with the token. */
  createTask(times?: TaskTimes): string;
  /** The tasks that were made, and what was answered, oldest first. */
  tasks(): StateMachineTask[];
  /** Forgets the sessions that AssumeRole has issued, of an account or of all; answers with how many. */
  forgetSessions(account?: string): number;
  /** Forgets instances, tokens, credentials, faults, the organization, queues, tasks and calls. */
  reset(): void;
  close(): Promise<void>;
}

export interface EmulatorOptions {
  /** Default 4599; 0: any. */
  port?: number;
  /** Takes the next free port where this one is taken. */
  freePortIfTaken?: boolean;
  /** File in which instances and tokens outlive the emulator. Default: they do not. */
  file?: string;
}

const HOST = '127.0.0.1';
const DEFAULT_PORT = 4599;
const MOST_BYTES = 1024 * 1024;

/** The services of the emulator. What no service knows is answered in the protocol of the first. */
export const SERVICES: readonly CreateService[] = [
  createSsoAdmin,
  createOrganizations,
  createKms,
  createSts,
  createSns,
  createEventBridge,
  createSsm,
  createSqs,
  createStepFunctions,
];

/** Starts an emulator, on loopback only. */
export async function startEmulator(options: EmulatorOptions = {}, services = SERVICES): Promise<Emulator> {
  const journal = options.file === undefined ? undefined : new Journal(options.file);
  const plan = new FaultPlan();
  const context = {
    faults: plan,
    keys: new AccessKeys(),
    instances: new InstanceStore(journal),
    organization: new OrganizationStore(),
    queues: new QueueStore(plan),
    tasks: new StateMachineTasks(),
  };
  const { faults, instances, keys, organization, queues, tasks } = context;
  const log = new CallLog();
  const running = services.map((create) => create(context));
  const handleAws = createAws(running, context, log);
  const reset = () => {
    for (const part of [...Object.values(context), log]) part.clear();
    for (const service of running) service.reset?.();
  };
  const control = createControl({ ...context, log }, reset);
  // An idle connection is the client's to close: a request that meets the server closing it fails (ECONNRESET).
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { headers, method = '', url: target = '/' } = request;
    const body = await readBody(request);
    if (body === undefined) {
      reply(refusal(413, `the body has more than ${MOST_BYTES} bytes`), response);
      return;
    }
    // What is no URL, such as `//`, is AWS's to refuse.
    const url = new URL(URL.canParse(target, `http://${HOST}`) ? target : '/', `http://${HOST}`);
    if (url.pathname.startsWith('/_emulator')) reply(control(headers.host, method, url, body), response);
    else deliver(await handleAws({ headers, body }), response);
  }

  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  queues.address = `http://${HOST}:${port}`;
  return {
    url: `http://${HOST}:${port}`,
    port,
    setFaults: (input) => {
      faults.set(input);
    },
    setOrganization: (input) => {
      organization.set(input);
    },
    calls: (filter = {}) => log.find(filter),
    actionsOf: ({ service: prefix, operation: name }) =>
      running.flatMap((service) => {
        if (service.prefix !== prefix) return [];
        const operation = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;
        return operation === undefined ? [] : actionsOf(service, name, operation);
      }),
    instances: (filter) => instances.list(filter),
    queues: () => queues.list(),
    createTask: (times) => tasks.create(times),
    tasks: () => tasks.list(),
    forgetSessions: (account) => keys.forget(account),
    reset,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function listen(
  server: Server,
  { port = DEFAULT_PORT, freePortIfTaken = false }: EmulatorOptions,
): Promise<void> {
  for (let candidate = port; ; candidate += 1) {
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(candidate, HOST, () => {
          server.off('error', reject);
          resolve();
        });
      });
      return;
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!taken || !freePortIfTaken || candidate >= port + 100) throw error;
    }
  }
}

function reply({ status, value }: ControlAnswer, response: ServerResponse): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Read to its end all the same: a connection that is cut would hide the answer.
    if (bytes <= MOST_BYTES) chunks.push(chunk);
  }
  if (bytes > MOST_BYTES) return undefined;
  return Buffer.concat(chunks).toString('utf8');
}

function deliver(delivery: Delivery, response: ServerResponse): void {
  if (delivery === 'hang') return;
  if (delivery === 'drop') {
    response.destroy();
    return;
  }
  const { status, headers, body } = delivery.answer;
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  if (delivery.half !== true) {
    response.end(body);
    return;
  }
  response.write(body.slice(0, body.length / 2), () => response.destroy());
}
