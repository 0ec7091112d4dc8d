import { DeleteInstanceCommand, SSOAdminClient, CreateInstanceCommand } from '@aws-sdk/client-sso-admin';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { WorkflowExecutionStatusName } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  NoRunError,
  workflowIdOf,
  type AccountStatus,
  type IdentityCenterClient,
  type ProgressFailure,
  type ProvisionRequestInput,
} from '../client';
import { emulatorSettings, type Emulator } from '../sandbox';
import { persist, played, type PlayedDeed } from './deeds';
import type { AccountPlan, Deed } from './plan';

/** A run of an account that was played. Times are ISO 8601. */
export interface RunRecord {
  runId: string;
  workflowType: string;
  status: WorkflowExecutionStatusName;
  /** The workflow that started it: a page of a fleet. */
  parent?: string;
  startedAt: string;
  closedAt?: string;
  result?: AccountStatus['result'];
  failure?: ProgressFailure;
}

/** What was done to an account, and what came of it. */
export interface Played {
  plan: AccountPlan;
  deeds: PlayedDeed[];
  /** Oldest first. */
  runs: RunRecord[];
}

/** Who makes and deletes instances without us. */
export const OWNER = 'Owner';
const REGION = 'eu-west-1';
const MOST_RETRIES = 3;

const TIMING: ProvisionRequestInput['timing'] = {
  createTimeout: '5m',
  activeTimeout: '5m',
  accountReadyTimeout: '20s',
  holdTimeout: '10m',
  pollInterval: '300ms',
  retry: { initialInterval: '50ms', maximumInterval: '500ms' },
};

/** What is asked for an account, by whoever asks. */
export function requestOf({ accountId, request }: AccountPlan): ProvisionRequestInput {
  return { accountId, region: REGION, timing: TIMING, ...request };
}

/** Does to one account what its plan says. */
export class Player {
  private readonly deeds: Played['deeds'] = [];

  constructor(
    private readonly client: IdentityCenterClient,
    private readonly emulator: Emulator,
    private readonly plan: AccountPlan,
  ) {}

  /**
   * Waits until its last run has ended, where it has runs of its own.
   *
   * @param deadline milliseconds since the epoch, by which every run is to have ended
   */
  async play(deadline: number): Promise<void> {
    const { plan } = this;
    await sleep(plan.startsAt);
    if (plan.taken) await this.carryOut({ does: 'ownerCreates' });
    this.setFaults(plan.faults);
    if (plan.ownRun) await this.carryOut({ does: 'start', times: 1 });
    for (const { afterMs, deed } of plan.deeds) {
      await sleep(afterMs);
      await this.carryOut(deed);
    }
    this.setFaults({});
    if (plan.ownRun) await this.settle(deadline);
  }

  async record(): Promise<Played> {
    return { plan: this.plan, deeds: this.deeds, runs: await persist(() => this.readRuns()) };
  }

  /** Waits until no run is open; lets those go on that wait for a person. */
  async settle(deadline: number): Promise<void> {
    const { accountId, atLast } = this.plan;
    for (let told = 0; Date.now() < deadline;) {
      const { status, stage, paused } = await persist(() => lookAt(this.client, accountId));
      if (status !== 'RUNNING') return;
      if (paused) await this.carryOut({ does: 'resume' });
      else if (stage === 'held') await this.carryOut({ does: told++ < MOST_RETRIES ? atLast : 'abort' });
      await sleep(1_000);
    }
  }

  private setFaults(faults: AccountPlan['faults']): void {
    const { accountId, organizationInstance } = this.plan;
    this.emulator.setFaults({
      accounts: [accountId],
      ...{ creationMs: 400, deletionMs: 200, organizationInstance, ...faults },
    });
  }

  private async carryOut(deed: Deed): Promise<void> {
    this.deeds.push(await played(deed, () => this.attempt(deed)));
  }

  private async attempt(deed: Deed): Promise<void> {
    const { client } = this;
    const { accountId } = this.plan;
    const handle = client.temporal.workflow.getHandle(workflowIdOf(accountId));
    switch (deed.does) {
      case 'start': {
        const starts = Array.from({ length: deed.times }, () =>
          persist(() => client.start(requestOf(this.plan))),
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
    for await (const { runId, parentExecution } of this.client.temporal.workflow.list({ query })) {
      const { workflowType, status, startedAt, closedAt, result, failure } = await this.client.status(
        accountId,
        runId,
      );
      runs.push({
        ...{ runId, workflowType, status, startedAt },
        ...(parentExecution?.workflowId && { parent: parentExecution.workflowId }),
        ...(closedAt !== undefined && { closedAt }),
        ...(result !== undefined && { result }),
        ...(failure !== undefined && { failure }),
      });
    }
    return runs.sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
  }
}

/** Where an account stands; an empty answer, where it has no run. */
export async function lookAt(
  client: IdentityCenterClient,
  accountId: string,
): Promise<Partial<AccountStatus>> {
  try {
    return await client.status(accountId);
  } catch (error) {
    if (error instanceof NoRunError) return {};
    throw error;
  }
}
