import { setTimeout as sleep } from 'node:timers/promises';
import { temporal } from '@temporalio/proto';
import type { Client } from '@temporalio/client';
import { SELF_CHECK_WORKFLOW, type WorkerChecks } from '../../contract';

const { ROUTING_CONFIG_UPDATE_STATE_IN_PROGRESS } = temporal.api.enums.v1.RoutingConfigUpdateState;
const MOST_ATTEMPTS = 60;
const PAUSE_MS = 500;

/** A Worker Deployment, steered as `temporal worker deployment` and the Temporal Worker Controller do. */
export class Deployment {
  constructor(
    private readonly client: Client,
    private readonly taskQueue: string,
    readonly name: string,
  ) {}

  /** Has a version complete the gate workflow. @throws WorkflowFailedError where it is not ready to serve */
  async passGate(buildId: string, accountId: string): Promise<WorkerChecks> {
    const gate = await onceKnown(() =>
      this.client.workflow.start(SELF_CHECK_WORKFLOW, {
        taskQueue: this.taskQueue,
        workflowId: `test-${this.name}:${buildId}-${this.taskQueue}`,
        args: [{ accountId }],
        workflowExecutionTimeout: '1h',
        versioningOverride: { pinnedTo: { deploymentName: this.name, buildId } },
      }),
    );
    return (await gate.result()) as WorkerChecks;
  }

  /** Gives a version so many per cent of the runs that start. */
  async ramp(buildId: string, percentage: number): Promise<void> {
    await onceKnown(() =>
      this.client.workflowService.setWorkerDeploymentRampingVersion({ ...this.change(buildId), percentage }),
    );
    await this.untilRouted();
  }

  /** Gives a version all runs that start. */
  async setCurrent(buildId: string): Promise<void> {
    await onceKnown(() =>
      this.client.workflowService.setWorkerDeploymentCurrentVersion(this.change(buildId)),
    );
    await this.untilRouted();
  }

  /** Moves a run that is pinned to another version to this one, where it is pinned from then on. */
  async move(workflowId: string, buildId: string): Promise<void> {
    const targetDeploymentVersion = { deploymentName: this.name, buildId };
    await this.client.workflowService.updateWorkflowExecutionOptions({
      namespace: this.client.options.namespace,
      workflowExecution: { workflowId },
      workflowExecutionOptions: { versioningOverride: { oneTime: { targetDeploymentVersion } } },
      updateMask: { paths: ['versioning_override'] },
      identity: this.client.options.identity,
    });
  }

  /** Counts the open runs of a version, as the server's visibility has them. */
  async countOpen(buildId: string): Promise<number> {
    const { count } = await this.client.workflow.count(
      `TemporalWorkerDeploymentVersion = '${this.name}:${buildId}' AND ExecutionStatus = 'Running'`,
    );
    return count;
  }

  /** Tells which version has a run, and whether it is pinned to it. */
  async versionOf(workflowId: string): Promise<{ buildId?: string; isPinned: boolean }> {
    const { raw } = await this.client.workflow.getHandle(workflowId).describe();
    const info = raw.workflowExecutionInfo?.versioningInfo;
    const buildId = info?.deploymentVersion?.buildId;
    const isPinned = info?.behavior === temporal.api.enums.v1.VersioningBehavior.VERSIONING_BEHAVIOR_PINNED;
    return buildId ? { buildId, isPinned } : { isPinned };
  }

  /** Waits until every task queue has heard of it, which on a cluster takes a moment. */
  private async untilRouted(): Promise<void> {
    for (;;) {
      const { workerDeploymentInfo } = await this.client.workflowService.describeWorkerDeployment({
        namespace: this.client.options.namespace,
        deploymentName: this.name,
      });
      if (workerDeploymentInfo?.routingConfigUpdateState !== ROUTING_CONFIG_UPDATE_STATE_IN_PROGRESS) return;
      await sleep(PAUSE_MS);
    }
  }

  private change(buildId: string) {
    const { namespace, identity } = this.client.options;
    return { namespace, identity, deploymentName: this.name, buildId };
  }
}

/** The server knows a version a moment after its workers have begun to poll. */
async function onceKnown<T>(act: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await act();
    } catch (error) {
      if (attempt === MOST_ATTEMPTS) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
