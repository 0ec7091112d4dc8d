import type { StartedRun } from '../../client';
import type { ProvisionRequestInput } from '../../contract';
import type { Faults } from '../../sandbox/emulator';
import type { Harness } from '../support/harness';

/** A run to record: what AWS does, what is asked, and what people do before and meanwhile. */
export interface Scenario {
  faults?: Omit<Faults, 'accounts'>;
  request?: Partial<ProvisionRequestInput>;
  before?: (harness: Harness, account: string) => Promise<unknown>;
  during?: (harness: Harness, account: string) => Promise<unknown>;
  /** The worker has receivers, which the worker that replays it has not. */
  hasReceivers?: true;
  /** Starts the run; default: one that provisions. */
  start?: (harness: Harness, account: string) => Promise<StartedRun>;
}

export const fails = (error: string, times = 1): Faults => ({
  failNext: [{ operation: 'CreateInstance', error, times }],
});
