import { setMaxListeners } from 'node:events';
import { CreateInstanceCommand, SSOAdminClient } from '@aws-sdk/client-sso-admin';
import { RunFailedError, type StartedRun } from '../../client';
import type { ProgressFailure, ProvisionRequestInput, ProvisionResult } from '../../contract';
import type { EmulatedInstance, Faults, RecordedCall } from '../../sandbox/emulator';
import { freshAccount, requestFor, startHarness, until, type Harness, type HarnessOptions } from './harness';

/** An account's faults, as a test states them. */
export type AccountFaults = Omit<Faults, 'accounts'>;

/** A run, and what will come of it; whoever does not ask need not know that it failed. */
export interface Started {
  run: StartedRun;
  result: Promise<ProvisionResult>;
}

/** A harness in the words of tests that make AWS answer something and look at what comes of it. */
export interface ProvisioningHarness extends Harness {
  /** Provisions an account whose AWS has these faults, and otherwise no delays. */
  provision(
    account: string,
    faults: AccountFaults,
    more?: Partial<ProvisionRequestInput>,
  ): Promise<ProvisionResult>;
  /** Starts a run of an account whose AWS has these faults, and otherwise no delays. */
  start(account: string, faults: AccountFaults, more?: Partial<ProvisionRequestInput>): Promise<Started>;
  /**
   * What a run fails with that has called an operation more than once, and its account. One whose time was over before that,
   * as where the machine is busy, is no answer: the next has another account.
   */
  failedAfterTwo(
    operation: string,
    faults: AccountFaults,
    more: Partial<ProvisionRequestInput>,
  ): Promise<{ account: string; failure: ProgressFailure }>;
  /** How often an operation was called for an account. */
  calls(account: string, operation: string): number;
  /** Waits until an operation was called so often. */
  called(account: string, operation: string, times?: number): Promise<unknown>;
  /** The instances of an account. */
  created(account: string): EmulatedInstance[];
  /** The CreateInstance calls of an account. */
  creates(account: string): RecordedCall[];
  /** AWS, as whoever owns an account calls it. */
  owner(account: string, region?: string): Promise<SSOAdminClient>;
  /** An instance that somebody made without this product. */
  createdBySomebodyElse(account: string, region?: string): Promise<string>;
}

export async function startProvisioning(options: HarnessOptions = {}): Promise<ProvisioningHarness> {
  const harness = await startHarness(options);
  const { client, emulator } = harness;
  // Who waits for a run that a test leaves open would keep the process of the test file, and ask a connection that is closed.
  const over = new AbortController();
  setMaxListeners(0, over.signal);
  const setFaults = (account: string, faults: AccountFaults) => {
    emulator.setFaults({ accounts: [account], creationMs: 0, deletionMs: 0, ...faults });
  };
  const owner = async (account: string, region = 'eu-west-1') =>
    new SSOAdminClient({
      region,
      endpoint: emulator.url,
      credentials: await harness.assumeRole(account),
    });
  const calls = (account: string, operation: string) => emulator.calls({ account, operation }).length;
  const provision: ProvisioningHarness['provision'] = async (account, faults, more = {}) => {
    setFaults(account, faults);
    return client.provision(requestFor(account, more));
  };
  return {
    ...harness,
    async stop() {
      over.abort();
      await harness.stop();
    },
    async start(account, faults, more = {}) {
      setFaults(account, faults);
      const run = await client.start(requestFor(account, more));
      const result = client.result(run, { waitHeld: true, signal: over.signal });
      result.catch(() => undefined);
      return { run, result };
    },
    calls,
    called: (account, operation, times = 1) =>
      until(
        () => calls(account, operation),
        (count) => count >= times,
      ),
    provision,
    failedAfterTwo: (operation, faults, more) =>
      until(
        async () => {
          const account = freshAccount();
          return { account, failure: await failureOf(provision(account, faults, more)) };
        },
        ({ account }) => calls(account, operation) > 1,
      ),
    created: (account) => emulator.instances().filter((instance) => instance.accountId === account),
    creates: (account) => emulator.calls({ account, operation: 'CreateInstance' }),
    owner,
    async createdBySomebodyElse(account, region) {
      emulator.setFaults({ accounts: [account], creationMs: 0 });
      const { InstanceArn } = await (await owner(account, region)).send(new CreateInstanceCommand({}));
      return InstanceArn ?? '';
    },
  };
}

/** What a run ended with; throws where it did not fail. */
export async function failureOf(provisioning: Promise<unknown>): Promise<ProgressFailure> {
  const error: unknown = await provisioning.then(
    () => new Error('the run succeeded'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof RunFailedError)) throw error;
  return error.failure;
}
