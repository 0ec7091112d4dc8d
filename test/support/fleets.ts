import { randomUUID } from 'node:crypto';
import { Worker } from '@temporalio/worker';
import type { AccountOutcome, FleetInput, FleetResult } from '../../client';
import { fleetIdOf } from '../../contract';
import { WORKFLOW_BUNDLE } from '../../worker';
import { freshAccount, requestFor, type HarnessOptions } from './harness';
import { startProvisioning, type ProvisioningHarness } from './provisioning';

/** A harness in the words of tests of fleets. */
export interface FleetHarness extends ProvisioningHarness {
  /** A name that no other test uses. */
  freshName(): string;
  fleetOf(accounts: readonly string[], more?: Partial<FleetInput>): FleetInput;
  run(fleet: FleetInput): Promise<FleetResult | undefined>;
  outcomesOf(name: string): Promise<AccountOutcome[]>;
  /** Replays the histories of every fleet of this harness, and of its first page. */
  replayAll(): Promise<void>;
}

export const freshAccounts = (count: number): string[] => Array.from({ length: count }, freshAccount);

export async function startFleets(options: HarnessOptions = {}): Promise<FleetHarness> {
  const harness = await startProvisioning(options);
  const { fleets } = harness.client;
  const names: string[] = [];
  const freshName = () => {
    const name = `fleet-${randomUUID().slice(0, 8)}`;
    names.push(name);
    return name;
  };
  async function* histories() {
    for (const name of names) {
      const { pageIdPrefix } = await fleets.status(name);
      for (const workflowId of [fleetIdOf(name), `${pageIdPrefix}0`]) {
        const history = await harness.temporal.workflow.getHandle(workflowId).fetchHistory();
        // No worker was lost here: see workflows/shared/ahead-of-history.
        expect(JSON.stringify(history.events)).not.toContain('ahead of the history');
        yield { workflowId, history };
      }
    }
  }
  return {
    ...harness,
    freshName,
    fleetOf: (accounts, more = {}) => ({
      name: freshName(),
      accounts: accounts.map((account) => requestFor(account)),
      ...more,
    }),
    async run(fleet) {
      await fleets.start(fleet);
      return fleets.result(fleet.name);
    },
    async outcomesOf(name) {
      const outcomes = [];
      for await (const outcome of fleets.outcomes(name)) outcomes.push(outcome);
      return outcomes;
    },
    async replayAll() {
      const options = { workflowBundle: { codePath: WORKFLOW_BUNDLE } };
      for await (const { error } of Worker.runReplayHistories(options, histories())) if (error) throw error;
    },
  };
}
