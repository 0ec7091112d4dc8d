import { CreateInstanceCommand, SSOAdminClient } from '@aws-sdk/client-sso-admin';
import { RunFailedError } from '../../client';
import type { ProgressFailure, ProvisionRequestInput, ProvisionResult } from '../../contract';
import type { EmulatedInstance, Faults, RecordedCall } from '../../sandbox/emulator';
import { requestFor, startHarness, type Harness } from './harness';

/** An account's faults, as a test states them. */
export type AccountFaults = Omit<Faults, 'accounts'>;

/** A harness in the words of tests that make AWS answer something and look at what comes of it. */
export interface ProvisioningHarness extends Harness {
  /** Provisions an account whose AWS has these faults, and otherwise no delays. */
  provision(
    account: string,
    faults: AccountFaults,
    more?: Partial<ProvisionRequestInput>,
  ): Promise<ProvisionResult>;
  /** The instances of an account. */
  created(account: string): EmulatedInstance[];
  /** The CreateInstance calls of an account. */
  creates(account: string): RecordedCall[];
  /** An instance that somebody made without this product. */
  createdBySomebodyElse(account: string, region?: string): Promise<string>;
}

export async function startProvisioning(): Promise<ProvisioningHarness> {
  const harness = await startHarness();
  const { client, emulator } = harness;
  return {
    ...harness,
    async provision(account, faults, more = {}) {
      emulator.setFaults({ accounts: [account], creationMs: 0, deletionMs: 0, ...faults });
      return client.provision(requestFor(account, more));
    },
    created: (account) => emulator.instances().filter((instance) => instance.accountId === account),
    creates: (account) => emulator.calls({ account, operation: 'CreateInstance' }),
    async createdBySomebodyElse(account, region = 'eu-west-1') {
      const credentials = await harness.assumeRole(account);
      const owner = new SSOAdminClient({ region, endpoint: emulator.url, credentials });
      emulator.setFaults({ accounts: [account], creationMs: 0 });
      const { InstanceArn } = await owner.send(new CreateInstanceCommand({}));
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
