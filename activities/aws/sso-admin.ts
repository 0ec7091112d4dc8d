import {
  CreateInstanceCommand,
  DeleteInstanceCommand,
  DescribeInstanceCommand,
  ListInstancesCommand,
  ListTagsForResourceCommand,
  SSOAdminClient,
  type InstanceStatus,
  type Tag,
} from '@aws-sdk/client-sso-admin';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { LRUCache } from 'lru-cache';
import { createAccountSessions, type Credentials, type SessionSettings } from './credentials';
import { classify } from '../errors/classify';
import { AwsCallError, isA } from '../errors/errors';
import { listAllRegions } from './list-all-regions';
import { PacerBusyError, type Pacer } from './pacer';

/** How a worker reaches AWS. */
export interface AwsSettings extends SessionSettings {
  ssoAdminEndpoint?: string;
  /** Longest time a call may take, in milliseconds; default 10 s, and 5 s for STS. */
  requestTimeoutMs?: number;
  /** Calls to Identity Center per second, of all accounts and workers of a task queue; default: what AWS takes. */
  maxCallsPerSecond?: number;
}

/** The parameters of CreateInstance. The SDK would fill in a missing token with a random one, so it is required here. */
export interface CreateInstanceParameters {
  ClientToken: string;
  Name?: string;
  Tags: Tag[];
}

/** An instance as AWS describes it. */
export interface Instance {
  instanceArn: string;
  status: InstanceStatus;
  statusReason?: string;
  ownerAccountId?: string;
  identityStoreId?: string;
  region?: string;
  createdAt?: Date;
}

/** When a call may be sent, and what ends it early. */
export interface CallControl {
  /**
   * Asked when the credentials are at hand, right before the request: the milliseconds that it may take; throws where it
   * is too late to send.
   */
  timeToAnswer(): number;
  /** Ends reads and the fetching of credentials, never a write in flight. */
  cancellation: AbortSignal;
  /** Told of what came of each call that was sent to Identity Center. */
  onAnswer(wasThrottled: boolean): void;
}

/**
 * Identity Center of one account, seen from one Region. Every method throws {@link AwsCallError}, or, where others' calls
 * come first for too long, {@link PacerBusyError}: nothing was sent.
 */
export interface AccountApi {
  /** The same API as seen from another Region. */
  inRegion(region: string): AccountApi;
  createInstance(parameters: CreateInstanceParameters): Promise<string>;
  describeInstance(instanceArn: string): Promise<Instance>;
  /** The instances of the account itself, over all Regions; those of its organization are left out. */
  listOwnInstances(): Promise<Instance[]>;
  listTags(instanceArn: string): Promise<Map<string, string>>;
  deleteInstance(instanceArn: string): Promise<void>;
  /** Drops the account's credentials, so that the next call fetches new ones. */
  forgetCredentials(): void;
}

/** Opens the API of an account. */
export type OpenAccount = (accountId: string, region: string, control: CallControl) => AccountApi;

const MAX_CLIENTS = 1000;
const REQUEST_TIMEOUT_MS = 10_000;
const STS_TIMEOUT_MS = 5_000;
/** Of the 25 s of an attempt: past it, the worker's slot is another's. */
const LONGEST_WAIT_MS = 5_000;

/**
 * @param now milliseconds since the epoch
 * @param pacer gives the calls to Identity Center their turns; STS, asked once an hour and account, has quotas of its own
 */
export function createAccountOpener(settings: AwsSettings, now: () => number, pacer: Pacer): OpenAccount {
  const requestTimeoutMs = settings.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  const requestHandler = new NodeHttpHandler({ connectionTimeout: 3_000, httpsAgent: { maxSockets: 200 } });
  const sessions = createAccountSessions(settings, requestHandler, now);
  const clients = new LRUCache<string, SSOAdminClient>({ max: MAX_CLIENTS });

  // A client belongs to credentials: the SDK keeps what a provider once gave, even where AWS no longer takes it.
  function clientOf(credentials: Credentials, region: string): SSOAdminClient {
    const key = `${credentials.accessKeyId} ${region}`;
    let client = clients.get(key);
    if (client === undefined) {
      client = new SSOAdminClient({
        region,
        // Temporal decides about every retry.
        maxAttempts: 1,
        requestHandler,
        credentials,
        ...(settings.ssoAdminEndpoint !== undefined && { endpoint: settings.ssoAdminEndpoint }),
      });
      clients.set(key, client);
    }
    return client;
  }

  function openAccount(accountId: string, region: string, control: CallControl): AccountApi {
    async function call<T>(
      operation: string,
      kind: 'read' | 'write',
      send: (client: SSOAdminClient, abortSignal: AbortSignal) => Promise<T>,
    ): Promise<T> {
      let doing = 'AssumeRole';
      try {
        const signIn = AbortSignal.any([control.cancellation, AbortSignal.timeout(STS_TIMEOUT_MS)]);
        const credentials = await bounded(sessions.credentials(accountId, region, signIn), signIn);
        doing = operation;
        const longestWaitMs = Math.min(LONGEST_WAIT_MS, control.timeToAnswer());
        const turn = await pacer.turn(accountId, longestWaitMs, control.cancellation);
        control.cancellation.throwIfAborted();
        const timeout = AbortSignal.timeout(Math.ceil(Math.min(requestTimeoutMs, control.timeToAnswer())));
        const signal = kind === 'write' ? timeout : AbortSignal.any([control.cancellation, timeout]);
        const answer = bounded(send(clientOf(credentials, region), signal), signal);
        void answer
          .then(() => false, isThrottled)
          .then((wasThrottled) => {
            control.onAnswer(wasThrottled);
          });
        return await pacer.heard(turn, answer, isThrottled);
      } catch (error) {
        if (isA(error, PacerBusyError)) throw error;
        throw new AwsCallError(doing, error);
      }
    }

    /** Calls once a page. */
    async function readPages<T>(
      operation: string,
      read: (client: SSOAdminClient, from: Page, abortSignal: AbortSignal) => Promise<Page & { items: T[] }>,
    ): Promise<T[]> {
      const all: T[] = [];
      let from: Page = { NextToken: undefined };
      do {
        const { items, NextToken } = await call(operation, 'read', (client, signal) =>
          read(client, from, signal),
        );
        all.push(...items);
        from = { NextToken };
      } while (from.NextToken !== undefined);
      return all;
    }

    return {
      inRegion: (other) => openAccount(accountId, other, control),
      createInstance: (parameters) =>
        call('CreateInstance', 'write', async (client, abortSignal) => {
          const { InstanceArn } = await client.send(new CreateInstanceCommand(parameters), { abortSignal });
          return required(InstanceArn, 'InstanceArn');
        }),
      describeInstance: (instanceArn) =>
        call('DescribeInstance', 'read', async (client, abortSignal) => {
          const answer = await client.send(new DescribeInstanceCommand({ InstanceArn: instanceArn }), {
            abortSignal,
          });
          return readInstance({ ...answer, InstanceArn: instanceArn });
        }),
      async listOwnInstances() {
        const seen = await readPages('ListInstances', async (client, from, abortSignal) => {
          const command = listAllRegions(new ListInstancesCommand(from));
          const { Instances = [], NextToken } = await client.send(command, { abortSignal });
          return { items: Instances.map(readInstance), NextToken };
        });
        return seen.filter(({ ownerAccountId }) => ownerAccountId === accountId);
      },
      async listTags(instanceArn) {
        const of = { InstanceArn: instanceArn, ResourceArn: instanceArn };
        const tags = await readPages('ListTagsForResource', async (client, from, abortSignal) => {
          const command = new ListTagsForResourceCommand({ ...of, ...from });
          const { Tags = [], NextToken } = await client.send(command, { abortSignal });
          return { items: Tags, NextToken };
        });
        return new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
      },
      deleteInstance: (instanceArn) =>
        call('DeleteInstance', 'write', async (client, abortSignal) => {
          await client.send(new DeleteInstanceCommand({ InstanceArn: instanceArn }), { abortSignal });
        }),
      forgetCredentials: () => {
        sessions.forget(accountId);
      },
    };
  }

  return openAccount;
}

function isThrottled(error: unknown): boolean {
  return classify(error).situation === 'throttled';
}

/** Ends with the signal even where the SDK, waiting for the rest of an answer, does not. */
async function bounded<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}

/** Where a page begins, and where the next one does. */
interface Page {
  NextToken: string | undefined;
}

type DescribedInstance = Partial<{
  InstanceArn: string | undefined;
  Status: InstanceStatus | undefined;
  StatusReason: string | undefined;
  OwnerAccountId: string | undefined;
  IdentityStoreId: string | undefined;
  PrimaryRegion: string | undefined;
  CreatedDate: Date | undefined;
}>;

function readInstance(described: DescribedInstance): Instance {
  return {
    instanceArn: required(described.InstanceArn, 'InstanceArn'),
    status: required(described.Status, 'Status'),
    ...(described.StatusReason !== undefined && { statusReason: described.StatusReason }),
    ...(described.OwnerAccountId !== undefined && { ownerAccountId: described.OwnerAccountId }),
    ...(described.IdentityStoreId !== undefined && { identityStoreId: described.IdentityStoreId }),
    ...(described.PrimaryRegion !== undefined && { region: described.PrimaryRegion }),
    ...(described.CreatedDate !== undefined && { createdAt: described.CreatedDate }),
  };
}

/** An answer that lacks what AWS always gives was cut on its way: it counts as lost. */
function required<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw new SyntaxError(`the answer has no ${field}`);
  return value;
}
