import { writeFileSync } from 'node:fs';
import { isBillable } from '../../../bench/costs';
import { until } from '../../support/harness';
import type { ProvisioningHarness } from '../../support/provisioning';
import type { Moto } from './moto';

/** What a hook has cost for one account. */
interface Cost {
  hook: string;
  /** From the event, or the start of the state machine, to the answer. */
  seconds: number;
  /** Calls of AWS, by operation: what programs of ours called. */
  calls: Record<string, number>;
  /** What Temporal Cloud bills, of all workflows that it took. */
  actions: number;
  events: number;
}

/** Measures hooks, one after the other, for the table of docs/pipelines.md: `HOOK_COSTS` names the file that gets them. */
export class HookCosts {
  private readonly costs: Cost[] = [];

  constructor(
    private readonly harness: ProvisioningHarness,
    private readonly moto: Moto,
  ) {}

  async measure<T>(hook: string, account: string, act: () => Promise<T>): Promise<T> {
    const before = this.moto.calls();
    const [began, startedAt] = [performance.now(), new Date()];
    const result = await act();
    const seconds = (performance.now() - began) / 1_000;
    const calls = Object.fromEntries(
      Object.entries(this.moto.calls()).map(([name, count]) => [name, count - (before[name] ?? 0)]),
    );
    for (const { operation } of this.harness.emulator.calls({ account }))
      calls[operation] = (calls[operation] ?? 0) + 1;
    const events = await this.eventsSince(startedAt);
    // An attempt past the first is in no event of its own.
    const actions = events.reduce(
      (sum, it) => sum + (isBillable(it) ? (it.activityTaskStartedEventAttributes?.attempt ?? 1) : 0),
      0,
    );
    this.costs.push({ hook, seconds, calls, actions, events: events.length });
    return result;
  }

  /** The events of all workflows that were started since, once they have ended. */
  private async eventsSince(began: Date) {
    const { temporal, taskQueue } = this.harness;
    const query = `TaskQueue = '${taskQueue}' AND StartTime >= '${began.toISOString()}'`;
    const workflows = await until(
      async () => {
        const all = [];
        for await (const it of temporal.workflow.list({ query })) all.push(it);
        return all;
      },
      (all) => all.length > 0 && all.every(({ status }) => status.name !== 'RUNNING'),
    );
    const histories = workflows.map(({ workflowId, runId }) =>
      temporal.workflow.getHandle(workflowId, runId).fetchHistory(),
    );
    return (await Promise.all(histories)).flatMap(({ events }) => events ?? []);
  }

  write(): void {
    const file = process.env['HOOK_COSTS'];
    if (file !== undefined) writeFileSync(file, JSON.stringify(this.costs, undefined, 2));
  }
}
