import { cancellationSignal } from '@temporalio/activity';
import { hostname } from 'node:os';
import { FAILURES, type Check, type CheckRequest, type WorkerChecks } from '../../contract';
import { startDeadline } from '../attempt-deadline';
import type { Account } from '../aws/account';
import { withHeartbeats } from '../heartbeats';
import type { ActivityDependencies } from '../in-account';
import { look } from './look';
import { checkQueue } from './check-queue';
import { checkOwnIdentity } from './own-identity';
import { checkWorkerClock } from './worker-clock';

/** Says who this worker is to AWS and, of an account, whether its runs get in and what is there. Writes nothing. */
export async function checkAws(deps: ActivityDependencies, request: CheckRequest): Promise<WorkerChecks> {
  return withHeartbeats(() => check(deps, request));
}

async function check(deps: ActivityDependencies, { accountId }: CheckRequest): Promise<WorkerChecks> {
  const identity = await checkOwnIdentity(deps);
  // Its answer, whatever it is, carries AWS's date.
  const checks = [checkWorkerClock(deps), identity];
  const { queue } = deps;
  if (queue !== undefined && identity.ok) {
    const opened = await deps.openQueue(queue.url, queue.region, {
      cancellation: cancellationSignal(),
      timeToAnswer: startDeadline(deps),
      onAnswer: () => undefined,
    });
    checks.push(await checkQueue(queue.url, opened));
  }
  if (accountId !== undefined && identity.ok) {
    const account = deps.openAccount(accountId, undefined, {
      cancellation: cancellationSignal(),
      timeToAnswer: startDeadline(deps),
      onAnswer: () => undefined,
    });
    checks.push(...(await checkAccount(account, accountId)));
  }
  return { worker: `${process.pid}@${hostname()}`, checks };
}

async function checkAccount(account: Account, accountId: string): Promise<Check[]> {
  // A session that the worker still has would hide that the role is gone.
  account.forgetCredentials();
  const role = await look('role', () => account.sessionArn());
  if (!role.ok) return [role];
  return [role, await checkEligibility(account, accountId), await look('instances', () => listed(account))];
}

async function checkEligibility({ organizations }: Account, accountId: string): Promise<Check> {
  const check = 'eligibility';
  let managementAccountId: string | undefined;
  const looked = await look(check, async () => {
    managementAccountId = await organizations.managementAccountId();
    return managementAccountId === undefined
      ? 'a standalone account'
      : `a member account of the organization of ${managementAccountId}; only CreateInstance tells whether that allows account instances`;
  });
  if (managementAccountId !== accountId) return looked;
  const { meaning, remedy } = FAILURES.managementAccount;
  return { check, ok: false, found: meaning, remedy };
}

async function listed({ identityCenter, region }: Account): Promise<string> {
  const instances = await identityCenter.listOwnInstances();
  if (instances.length === 0) return 'none in any Region';
  return instances
    .map((instance) => `${instance.instanceArn} in ${instance.region ?? region}, ${instance.status}`)
    .join('; ');
}
