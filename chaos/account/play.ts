import { setTimeout as sleep } from 'node:timers/promises';
import {
  NoRunError,
  SteeringRefusedError,
  workflowIdOf,
  type AccountStatus,
  type IdentityCenterClient,
  type ProvisionRequestInput,
  type Steer,
} from '../../client';
import type { Emulator } from '../../sandbox';
import { isUnreadable, readOrReason, recordAction, retryWhileAway, type Unreadable } from '../actions';
import { sendGarbage } from '../garbage';
import type { Patience } from '../patience';
import { isOurCall, readRuns, type AccountEvidence, type listRuns } from './evidence';
import { createAsOwner, deleteAsOwner } from './owner';
import type { AccountAction, AccountPlan } from './plan';

type Steering = Extract<AccountAction, { type: Steer }>;

/** Thrown where something that was waited for has not come. */
class NotSeenError extends Error {
  override readonly name = 'NotSeenError';
}

/** Thrown where a refusal may be of what the run had taken already: the answer to that was lost. */
class AnswerLostError extends Error {
  override readonly name = 'AnswerLostError';
}

const REGION = 'eu-west-1';
const REASON = 'chaos';
const AWAIT_EVERY_MS = 150;
const MOST_RETRIES = 3;

const TIMING: ProvisionRequestInput['timing'] = {
  createTimeout: '5m',
  activeTimeout: '5m',
  accountReadyTimeout: '20s',
  holdTimeout: '3m',
  pollInterval: '300ms',
  retry: { initialInterval: '50ms', maximumInterval: '500ms' },
};

/** The request for an account, whoever makes it. */
export function accountRequest({ accountId, request }: AccountPlan): ProvisionRequestInput {
  const asked = { name: `chaos-${accountId}`, tags: { team: 'chaos' } };
  return { accountId, region: REGION, timing: TIMING, ...asked, ...request };
}

/** Does to one account what its plan says. */
export class AccountPlayer {
  private readonly actions: AccountEvidence['actions'] = [];

  constructor(
    private readonly client: IdentityCenterClient,
    private readonly emulator: Emulator,
    private readonly plan: AccountPlan,
  ) {}

  /**
   * Waits until its last run has ended, where it has runs of its own.
   *
   * @param patience how long every run is waited for
   */
  async play(patience: Patience): Promise<void> {
    const { plan } = this;
    await sleep(plan.startsAt);
    if (plan.taken) await this.act({ type: 'ownerCreates' });
    this.setFaults(plan.faults);
    if (plan.ownRun) await this.act({ type: 'start', times: 1 });
    for (const { afterMs, action } of plan.actions) {
      await sleep(afterMs);
      await this.act(action);
    }
    this.setFaults({});
    if (plan.ownRun) await this.settle(patience);
  }

  /**
   * What was done to the account, and the runs that came of it.
   *
   * @param listed the runs of all accounts
   */
  async record(
    listed: Awaited<ReturnType<typeof listRuns>> | Unreadable,
  ): Promise<Pick<AccountEvidence, 'plan' | 'actions' | 'runs' | 'unreadable'>> {
    const { plan, actions, client } = this;
    const { accountId } = plan;
    if (isUnreadable(listed)) return { plan, actions, runs: [], ...listed };
    const runs = await readRuns(client, accountId, listed.get(workflowIdOf(accountId)) ?? []);
    return { plan, actions, runs };
  }

  /** Waits until no run is open; steers those on that wait for a person. */
  async settle(patience: Patience): Promise<void> {
    const { accountId, atLast } = this.plan;
    for (let steered = 0; !patience.isOver;) {
      const seen = await readOrReason(() => lookAt(this.client, accountId));
      if (isUnreadable(seen)) {
        await sleep(1_000);
        continue;
      }
      const { status, stage, paused } = seen;
      if (status !== 'RUNNING') return;
      if (paused) await this.act({ type: 'resume' });
      else if (stage === 'held') await this.act({ type: steered++ < MOST_RETRIES ? atLast : 'abort' });
      await sleep(1_000);
    }
  }

  private setFaults(faults: AccountPlan['faults']): void {
    const { accountId, organizationInstance } = this.plan;
    const always = { creationMs: 400, deletionMs: 200, organizationInstance };
    this.emulator.setFaults({ accounts: [accountId], ...always, ...faults });
  }

  private async act(action: AccountAction): Promise<void> {
    this.actions.push(await recordAction(action, () => this.attempt(action)));
  }

  private async attempt(action: AccountAction): Promise<void> {
    const { client, emulator, plan } = this;
    const { accountId } = plan;
    const handle = client.temporal.workflow.getHandle(workflowIdOf(accountId));
    switch (action.type) {
      case 'start': {
        const start = () => retryWhileAway(() => client.start(accountRequest(plan)));
        await Promise.all(Array.from({ length: action.times }, start));
        return;
      }
      case 'deprovision':
        await retryWhileAway(() => client.startDeprovision({ accountId, region: REGION, timing: TIMING }));
        return;
      case 'cancel':
        await retryWhileAway(() => handle.cancel());
        return;
      case 'terminate':
        await retryWhileAway(() => handle.terminate('chaos'));
        return;
      case 'setFaults':
        this.setFaults(action.faults);
        return;
      case 'ownerCreates':
        await createAsOwner(emulator, accountId, REGION);
        return;
      case 'ownerDeletes':
        await deleteAsOwner(emulator, accountId, REGION);
        return;
      case 'forgetSessions':
        emulator.forgetSessions(accountId);
        return;
      case 'garbage':
        await retryWhileAway(() => sendGarbage(handle, action));
        return;
      case 'await':
        await this.await(action);
        return;
      case 'pause':
      case 'resume':
      case 'retry':
      case 'abort':
        await steerWhileAway(() => this.steer(action));
    }
  }

  private async steer({ type, answered, correction }: Steering): Promise<unknown> {
    const { client } = this;
    const { accountId } = this.plan;
    if (answered !== true) {
      const argument = type === 'abort' ? REASON : correction;
      const handle = client.temporal.workflow.getHandle(workflowIdOf(accountId));
      return argument === undefined ? handle.signal(type) : handle.signal<[unknown]>(type, argument);
    }
    switch (type) {
      case 'abort':
        return client.abort(accountId, REASON);
      case 'retry':
        return client.retry(accountId, correction);
      default:
        return client[type](accountId);
    }
  }

  /** @throws NotSeenError where it has not come to that in time */
  private async await({ until, atMostMs }: Extract<AccountAction, { type: 'await' }>): Promise<void> {
    const { client, emulator, plan } = this;
    const isSent = () =>
      emulator.calls({ account: plan.accountId, operation: 'CreateInstance' }).some(isOurCall);
    const isThere = async () => {
      if (until === 'sent') return isSent();
      const seen = await readOrReason(() => lookAt(client, plan.accountId));
      return !isUnreadable(seen) && seen.stage === until;
    };
    const end = Date.now() + atMostMs;
    while (!(await isThere())) {
      if (Date.now() > end) throw new NotSeenError(until);
      await sleep(AWAIT_EVERY_MS);
    }
  }
}

/** Asks something of a run, again while the server is away. @throws AnswerLostError */
export async function steerWhileAway(steer: () => Promise<unknown>): Promise<void> {
  let tries = 0;
  try {
    await retryWhileAway(() => {
      tries += 1;
      return steer();
    });
  } catch (error) {
    throw tries > 1 && error instanceof SteeringRefusedError ? new AnswerLostError() : error;
  }
}

/** Looks where an account stands; answers with nothing, where it has no run. */
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
