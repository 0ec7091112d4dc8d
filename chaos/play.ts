import { DeleteInstanceCommand, SSOAdminClient, CreateInstanceCommand } from '@aws-sdk/client-sso-admin';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { WorkflowExecutionStatusName } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  isUnavailable,
  workflowIdOf,
  type AccountStatus,
  type IdentityCenterClient,
  type ProgressFailure,
  type ProvisionRequestInput,
} from '../client';
import { emulatorSettings, type Emulator } from '../sandbox';
import type { AccountPlan, Deed } from './plan';

/** A run of an account that was played. Times are ISO 8601. */
export interface RunRecord {
  runId: string;
  workflowType: string;
  status: WorkflowExecutionStatusName;
  startedAt: string;
  closedAt?: string;
  result?: AccountStatus['result'];
  failure?: ProgressFailure;
}

/** What was done to an account, and what came of it. */
export interface Played {
  plan: AccountPlan;
  deeds: { at: string; deed: string; outcome: string }[];
  /** Oldest first. */
  runs: RunRecord[];
}

/** Who makes and deletes instances without us. */
export const OWNER = 'Owner';
const REGION = 'eu-west-1';
const PATIENCE_MS = 90_000;
const MOST_RETRIES = 3;

const TIMING: ProvisionRequestInput['timing'] = {
  createTimeout: '5m',
  activeTimeout: '5m',
  accountReadyTimeout: '20s',
  holdTimeout: '10m',
  pollInterval: '300ms',
  retry: { initialInterval: '50ms', maximumInterval: '500ms' },
};

/** Does to one account what its plan says, and waits until its last run has ended. */
export class Player {
  private readonly deeds: Played['deeds'] = [];

  constructor(
    private readonly client: IdentityCenterClient,
    private readonly emulator: Emulator,
    private readonly plan: AccountPlan,
  ) {}

  /** @param deadline milliseconds since the epoch, by which every run is to have ended */
  async play(deadline: number): Promise<Played> {
    const { plan } = this;
    await sleep(plan.startsAt);
    if (plan.taken) await this.carryOut({ does: 'ownerCreates' });
    this.setFaults(plan.faults);
    await this.carryOut({ does: 'start', times: 1 });
    for (const { afterMs, deed } of plan.deeds) {
      await sleep(afterMs);
      await this.carryOut(deed);
    }
    this.setFaults({});
    await this.settle(deadline);
    return { plan, deeds: this.deeds, runs: await persist(() => this.readRuns()) };
  }

  private setFaults(faults: AccountPlan['faults']): void {
    const { accountId, organizationInstance } = this.plan;
    this.emulator.setFaults({
      accounts: [accountId],
      ...{ creationMs: 400, deletionMs: 200, organizationInstance, ...faults },
    });
  }

  private async carryOut(deed: Deed): Promise<void> {
    const outcome = await this.attempt(deed).then(
      () => 'done',
      (error: unknown) => (error instanceof Error ? error.name : String(error)),
    );
    this.deeds.push({ at: new Date().toISOString(), deed: JSON.stringify(deed), outcome });
  }

  private async attempt(deed: Deed): Promise<void> {
    const { client } = this;
    const { accountId, request } = this.plan;
    const handle = client.temporal.workflow.getHandle(workflowIdOf(accountId));
    switch (deed.does) {
      case 'start': {
        const starts = Array.from({ length: deed.times }, () =>
          persist(() => client.start({ accountId, region: REGION, timing: TIMING, ...request })),
        );
        await Promise.all(starts);
        return;
      }
      case 'deprovision':
        await persist(() => client.startDeprovision({ accountId, region: REGION, timing: TIMING }));
        return;
      case 'cancel':
        await persist(() => handle.cancel());
        return;
      case 'terminate':
        await persist(() => handle.terminate('chaos'));
        return;
      case 'faults':
        this.setFaults(deed.faults);
        return;
      case 'ownerCreates':
      case 'ownerDeletes':
        await this.owner(accountId, deed.does);
        return;
      case 'abort':
        await persist(() => handle.signal('abort', 'chaos'));
        return;
      default:
        await persist(() => handle.signal(deed.does));
    }
  }

  /** Waits until no run is open; lets those go on that wait for a person. */
  private async settle(deadline: number): Promise<void> {
    const { accountId, atLast } = this.plan;
    for (let told = 0; Date.now() < deadline;) {
      const { status, stage, paused } = await persist(() => this.client.status(accountId));
      if (status !== 'RUNNING') return;
      if (paused) await this.carryOut({ does: 'resume' });
      else if (stage === 'held') await this.carryOut({ does: told++ < MOST_RETRIES ? atLast : 'abort' });
      await sleep(1_000);
    }
  }

  private async owner(accountId: string, does: 'ownerCreates' | 'ownerDeletes'): Promise<void> {
    // The emulator may never answer; and where the SDK tries again, it is ours.
    const common = {
      ...{ region: REGION, endpoint: this.emulator.url, maxAttempts: 1 },
      requestHandler: { requestTimeout: 3_000, throwOnRequestTimeout: true },
    };
    const { credentials } = emulatorSettings('');
    const sts = new STSClient({ ...common, credentials });
    const RoleArn = `arn:aws:iam::${accountId}:role/${OWNER}`;
    const { Credentials: issued } = await sts.send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: 'owner' }),
    );
    const owner = new SSOAdminClient({
      ...common,
      credentials: {
        accessKeyId: issued?.AccessKeyId ?? '',
        secretAccessKey: issued?.SecretAccessKey ?? '',
        sessionToken: issued?.SessionToken ?? '',
      },
    });
    if (does === 'ownerCreates') await owner.send(new CreateInstanceCommand({}));
    for (const { instanceArn } of does === 'ownerDeletes'
      ? this.emulator.instances({ account: accountId })
      : [])
      await owner.send(new DeleteInstanceCommand({ InstanceArn: instanceArn }));
  }

  private async readRuns(): Promise<RunRecord[]> {
    const { accountId } = this.plan;
    const runs: RunRecord[] = [];
    const query = `WorkflowId = '${workflowIdOf(accountId)}'`;
    for await (const { runId } of this.client.temporal.workflow.list({ query })) {
      const { workflowType, status, startedAt, closedAt, result, failure } = await this.client.status(
        accountId,
        runId,
      );
      runs.push({
        ...{ runId, workflowType, status, startedAt },
        ...(closedAt !== undefined && { closedAt }),
        ...(result !== undefined && { result }),
        ...(failure !== undefined && { failure }),
      });
    }
    return runs.sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
  }
}

/** Tries again while the server is away. */
async function persist<T>(work: () => Promise<T>): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      if (!isUnavailable(cause) || Date.now() > end) throw error;
      await sleep(300);
    }
  }
}
