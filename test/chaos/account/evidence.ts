import type { AccountEvidence, RunRecord } from '../../../chaos/account/evidence';
import type { AccountAction } from '../../../chaos/account/plan';
import {
  clientToken,
  PROVISION_WORKFLOW,
  WORKFLOW_ID_TAG,
  workflowIdOf,
  type Announcement,
} from '../../../contract';
import type { EmulatedInstance, RecordedCall } from '../../../sandbox/emulator';

export const ACCOUNT = '111122223333';
export const TOKENS = [1, 2].map((generation) => clientToken(workflowIdOf(ACCOUNT), generation));

export const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, 0) + second * 1_000).toISOString();

/** An action that took no time. */
export function did(second: number, action: AccountAction, outcome = 'done') {
  return { began: at(second), ended: at(second), action, outcome };
}

export function run(more: Partial<RunRecord> = {}): RunRecord {
  return {
    runId: 'run',
    workflowType: PROVISION_WORKFLOW,
    status: 'COMPLETED',
    startedAt: at(0),
    closedAt: at(60),
    ...more,
  };
}

export function call(
  second: number,
  operation: string,
  { name = `chaos-${ACCOUNT}`, tags = { team: 'chaos' }, ...more }: Partial<RecordedCall> & Asked = {},
): RecordedCall {
  const parameters = { name, tags: { ...tags, [WORKFLOW_ID_TAG]: workflowIdOf(ACCOUNT) } };
  return {
    time: at(second),
    account: ACCOUNT,
    service: 'sso',
    operation,
    region: 'eu-west-1',
    caller: `arn:aws:sts::${ACCOUNT}:assumed-role/AWSControlTowerExecution/run`,
    outcome: 'ok',
    ...(operation === 'CreateInstance' ? { token: TOKENS[0] ?? '', parameters } : {}),
    ...more,
  };
}

interface Asked {
  name?: string;
  tags?: Record<string, string>;
}

export function instance(second: number, more: Partial<EmulatedInstance> = {}): EmulatedInstance {
  return {
    instanceArn: 'arn:instance',
    accountId: ACCOUNT,
    region: 'eu-west-1',
    status: 'ACTIVE',
    tags: {},
    identityStoreId: 'd-1',
    createdDate: at(second),
    createdDateOfAws: at(second),
    clientToken: TOKENS[0] ?? '',
    ...more,
  };
}

/** What is said of the end of a run. */
export function announcementsOf({ runId, status, result, workflowType }: RunRecord): Announcement[] {
  const types = { COMPLETED: 'run.succeeded', FAILED: 'run.failed', CANCELLED: 'run.cancelled' } as const;
  if (!(status in types)) return [];
  return [
    {
      id: `${workflowIdOf(ACCOUNT)}/${runId}/end`,
      version: 1,
      type: types[status as keyof typeof types],
      timestamp: at(60),
      data: {
        accountId: ACCOUNT,
        workflowId: workflowIdOf(ACCOUNT),
        workflowType,
        runId,
        ...(result?.instanceArn === undefined ? {} : { instanceArn: result.instanceArn }),
      },
    },
  ];
}

/** An account of which one run did what it should, but for what is given. */
export function evidence({
  onCancel = 'delete',
  ...more
}: Partial<AccountEvidence> & { onCancel?: 'delete' | 'keep' }): AccountEvidence {
  return {
    plan: {
      accountId: ACCOUNT,
      ownRun: true,
      startsAt: 0,
      request: { existing: 'fail', onFailure: 'fail', onCancel, onCreateFailed: 'fail' },
      taken: false,
      organizationInstance: false,
      faults: {},
      actions: [],
      atLast: 'retry',
    },
    actions: [],
    fleetActions: [],
    runs: [],
    calls: [],
    instances: [],
    outages: [],
    announced: (more.runs ?? []).flatMap(announcementsOf),
    ...more,
  };
}
