import type { AccountEvidence, RunRecord } from '../../../chaos/account/evidence';
import type { FleetEvidence, FleetRecord } from '../../../chaos/fleet/evidence';
import { fleetViolations } from '../../../chaos/fleet/oracle';
import {
  PROVISION_WORKFLOW,
  type AccountEnd,
  type AccountOutcome,
  type FleetProgress,
} from '../../../contract';

const [DONE, FAILED] = ['111111111111', '222222222222'];
const PREFIX = 'identity-center-fleet/sample/0123456789ab/';
const at = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`;
const action = <Type extends 'start' | 'cancel' | 'terminate'>(type: Type, second = 5) => ({
  began: at(second),
  ended: at(second),
  action: { type },
  outcome: 'done',
});

const run = (runId: string, more: Partial<RunRecord> = {}): RunRecord => ({
  runId,
  workflowType: PROVISION_WORKFLOW,
  status: 'COMPLETED',
  parent: `${PREFIX}0`,
  startedAt: at(2),
  closedAt: at(4),
  ...more,
});

const failure = { type: 'Aborted', whatHappened: 'Aborted.', remedy: 'Start again.' };
const told = { ...failure, message: 'Account 1: Aborted. Start again.' };
const succeeded = (accountId: string): AccountOutcome => ({
  accountId,
  end: 'succeeded',
  outcome: 'created',
  instanceArn: `arn:${accountId}`,
  startedAt: at(2),
  endedAt: at(4),
});
const failed: AccountOutcome = {
  accountId: FAILED,
  end: 'failed',
  failure,
  startedAt: at(2),
  endedAt: at(4),
};

const success = (accountId: string) =>
  ({ instanceArn: `arn:${accountId}` }) as NonNullable<RunRecord['result']>;

function account(
  accountId: string,
  runs: RunRecord[],
  more: Partial<AccountEvidence> = {},
): [string, AccountEvidence] {
  const plan = { accountId } as AccountEvidence['plan'];
  const nothing = { actions: [], fleetActions: [], calls: [], instances: [], outages: [], announced: [] };
  return [accountId, { plan, runs, ...nothing, ...more }];
}

const doneAccount = account(DONE, [run('done', { result: success(DONE) })]);
const failedAccount = account(FAILED, [run('failed', { status: 'FAILED', failure: told })]);

/** A fleet of two accounts, of which one has failed; nothing is wrong with it. */
function sample({
  outcomes = [succeeded(DONE), failed],
  accounts = [doneAccount, failedAccount],
  actions = [action('start', 1)],
  ...more
}: Partial<FleetRecord> & {
  outcomes?: AccountOutcome[];
  accounts?: [string, AccountEvidence][];
  actions?: FleetEvidence['actions'];
  plan?: Partial<FleetEvidence['plan']>;
  counts?: Partial<FleetProgress>;
} = {}): FleetEvidence {
  const { plan, counts, ...record } = more;
  const count = (end: AccountEnd) => outcomes.filter((it) => it.end === end).length;
  const progress = {
    accounts: 2,
    startedAt: at(1),
    pageIdPrefix: PREFIX,
    succeeded: count('succeeded'),
    failed: count('failed'),
    cancelled: count('cancelled'),
    skipped: count('skipped'),
    causes: outcomes.flatMap((it) => (it.failure === undefined ? [] : [{ type: it.failure.type, count: 1 }])),
    ...counts,
  } as FleetProgress;
  return {
    plan: { name: 'sample', pages: [[DONE, FAILED]], maxConcurrent: 2, ...plan } as FleetEvidence['plan'],
    actions,
    events: 100,
    accounts: new Map(accounts),
    records: [
      {
        runId: 'fleet',
        status: 'COMPLETED',
        closedAt: at(9),
        progress,
        pages: [{ status: 'COMPLETED', closedAt: at(9), events: 50, outcomes }],
        ...record,
      },
    ],
  };
}

const lostPage = { status: 'TERMINATED', events: 50, outcomes: [] };
const terminated = {
  began: at(5),
  ended: at(5),
  action: { type: 'terminatePage' as const, page: 0 },
  outcome: 'done',
};
const unreadable = { status: 'UNREADABLE', events: 0, outcomes: [], unreadable: 'workflow not found' };
/** Two runs that its pages began one after the other, each open for a while. */
const inTurn = (first: Partial<RunRecord>, second: Partial<RunRecord>) => [
  account(DONE, [run('first', { result: success(DONE), ...first })]),
  account(FAILED, [run('second', { status: 'FAILED', failure: told, ...second })]),
];
const adjusted = (second: number, maxConcurrent: number) => ({
  ...action('start', second),
  action: { type: 'adjust' as const, maxConcurrent },
});

const skipped: AccountOutcome = { accountId: FAILED, end: 'skipped', endedAt: at(4) };
const cancelled: AccountOutcome = { accountId: FAILED, end: 'cancelled', endedAt: at(4) };
const cancelledRun = run('cancelled', { status: 'CANCELLED' });

test.each([
  ['whose accounts ended as it says', sample()],
  [
    'that was cancelled',
    sample({
      status: 'CANCELLED',
      actions: [action('cancel')],
      outcomes: [succeeded(DONE), cancelled],
      accounts: [doneAccount, account(FAILED, [cancelledRun])],
    }),
  ],
  [
    'that was cancelled before an account was begun',
    sample({
      status: 'CANCELLED',
      actions: [action('cancel')],
      outcomes: [succeeded(DONE), skipped],
      accounts: [doneAccount, account(FAILED, [])],
    }),
  ],
  ['that was terminated', sample({ status: 'TERMINATED', actions: [action('terminate')], outcomes: [] })],
  [
    'of which somebody cancelled a run',
    sample({
      outcomes: [succeeded(DONE), cancelled],
      accounts: [doneAccount, account(FAILED, [cancelledRun], { actions: [action('cancel', 3)] })],
    }),
  ],
  [
    'that stopped after too many failures',
    sample({
      plan: { stopAfterFailures: '50%' },
      outcomes: [{ ...failed, accountId: DONE }, skipped],
      accounts: [account(DONE, [run('failed', { status: 'FAILED', failure: told })]), account(FAILED, [])],
    }),
  ],
  [
    'of which a page was terminated',
    sample({
      pages: [lostPage],
      actions: [terminated],
      counts: {
        succeeded: 0,
        failed: 2,
        causes: [{ type: 'PageLost', count: 2, example: '', accounts: [] }],
      },
    }),
  ],
  [
    'with a window of one, whose second run begins when the page of the first was terminated',
    sample({
      plan: { maxConcurrent: 1, pages: [[DONE], [FAILED]] },
      pages: [
        { ...lostPage, closedAt: at(2) },
        { status: 'COMPLETED', closedAt: at(9), events: 50, outcomes: [failed] },
      ],
      actions: [terminated],
      counts: {
        pages: { arrived: 2, expected: 2 },
        succeeded: 0,
        failed: 2,
        causes: [
          { type: 'PageLost', count: 1, example: '', accounts: [] },
          { type: told.type, count: 1, example: '', accounts: [] },
        ],
      },
      accounts: inTurn({ parent: `${PREFIX}0` }, { parent: `${PREFIX}1`, startedAt: at(3) }),
    }),
  ],
  [
    'with a window of one, whose second run begins when the first has ended',
    sample({ plan: { maxConcurrent: 1 }, accounts: inTurn({ closedAt: at(3) }, { startedAt: at(3) }) }),
  ],
  [
    'with a window of one, whose first run is held',
    sample({
      plan: { maxConcurrent: 1 },
      accounts: inTurn({ steps: [{ stage: 'held', at: at(2) }] }, { startedAt: at(3) }),
    }),
  ],
  [
    'whose window was made larger',
    sample({
      plan: { maxConcurrent: 1 },
      actions: [action('start', 1), adjusted(2, 2)],
      accounts: inTurn({}, { startedAt: at(3) }),
    }),
  ],
])('nothing is wrong with a fleet %s', (_, evidence) => {
  expect(fleetViolations(evidence)).toEqual([]);
});

test.each([
  ['is open', sample({ status: 'RUNNING' }), 'execution fleet is RUNNING'],
  ['was terminated by nobody', sample({ status: 'TERMINATED' }), 'execution fleet is TERMINATED'],
  ['was never started', { ...sample(), records: [] }, 'was never started'],
  ['has a long history', { ...sample(), events: 10_001 }, 'a history has 10001 events'],
  ['lost an account', sample({ outcomes: [succeeded(DONE)] }), `page 0 has outcomes of ${DONE}, not of`],
  ['counted wrongly', sample({ counts: { succeeded: 2 } }), 'it counts 2 as succeeded, its pages 1'],
  ['ended early', sample({ plan: { pages: [[DONE, FAILED], ['3']] } }), 'it ended after 1 of 2 pages'],
  [
    'has a page that is gone',
    sample({ pages: [unreadable] }),
    'page 0 of fleet cannot be read: workflow not found',
  ],
  ['has a page that somebody else ended', sample({ pages: [lostPage] }), 'page 0 of fleet is TERMINATED'],
  [
    'does not answer',
    { ...sample(), records: [{ runId: 'fleet', status: 'COMPLETED', unreadable: 'no worker', pages: [] }] },
    'execution fleet does not answer: no worker',
  ],
  [
    'cannot be listed',
    { ...sample(), records: [], unreadable: 'no list' },
    'its executions cannot be read: no list',
  ],
  [
    'does not keep its window',
    sample({ plan: { maxConcurrent: 1 }, accounts: inTurn({}, { startedAt: at(3) }) }),
    `it began run second of ${FAILED} beside first of ${DONE}, in a window of 1`,
  ],
  ['lost a cause', sample({ counts: { causes: [] } }), 'its causes count 0 failures of 1'],
  [
    'tells a success that no run had',
    sample({ accounts: [account(DONE, [run('other')]), failedAccount] }),
    `account ${DONE} is told as succeeded: no run ended with arn:${DONE}`,
  ],
  [
    'tells a failure that no run had',
    sample({ accounts: [doneAccount, account(FAILED, [run('other')])] }),
    'no run failed with Aborted',
  ],
  [
    'tells a failure without a next step',
    sample({ outcomes: [succeeded(DONE), { ...failed, failure: { type: 'Aborted', whatHappened: '' } }] }),
    'Aborted has no next step',
  ],
  [
    'tells a cancel that no run had',
    sample({ outcomes: [succeeded(DONE), cancelled] }),
    'no run of it was cancelled',
  ],
  [
    'ended before a run of its own',
    sample({
      accounts: [doneAccount, account(FAILED, [run('failed', { failure: told, closedAt: at(10) })])],
    }),
    `it ended before run failed of ${FAILED}`,
  ],
  [
    'cancelled a run that it joined',
    sample({
      status: 'CANCELLED',
      actions: [action('cancel')],
      outcomes: [succeeded(DONE), cancelled],
      accounts: [
        doneAccount,
        account(FAILED, [{ ...cancelledRun, parent: undefined } as unknown as RunRecord]),
      ],
    }),
    `run cancelled of ${FAILED} was cancelled, which nobody asked for`,
  ],
  [
    'left out an account for no reason',
    sample({ outcomes: [succeeded(DONE), skipped], accounts: [doneAccount, account(FAILED, [])] }),
    'it left out 1 accounts for no reason',
  ],
  [
    'left out an account that it had begun',
    sample({ plan: { stopAfterFailures: 1 }, outcomes: [succeeded(DONE), skipped] }),
    `it left out ${FAILED}, which it had begun`,
  ],
  [
    'did again what was done',
    sample({
      accounts: [
        account(DONE, [
          run('earlier', { startedAt: at(0), closedAt: at(0), result: success(DONE) }),
          run('again', { result: success(DONE) }),
        ]),
        failedAccount,
      ],
    }),
    `it began run again of ${DONE}, which was done by earlier`,
  ],
])('a fleet that %s is found', (_, evidence, violation) => {
  expect(fleetViolations(evidence).join('\n')).toContain(violation);
});

test('a success with an instance that was gone by then is found, where nobody else deleted it', () => {
  const instance = { instanceArn: `arn:${DONE}`, accountId: DONE, deletedDate: at(1) };
  const gone = account(DONE, doneAccount[1].runs, {
    instances: [instance as AccountEvidence['instances'][number]],
  });
  const call = {
    operation: 'DeleteInstance',
    instanceArn: `arn:${DONE}`,
    time: at(1),
    caller: 'arn:aws:sts::111111111111:assumed-role/Owner/owner',
  };
  const byOwner = account(DONE, doneAccount[1].runs, {
    ...gone[1],
    calls: [call as AccountEvidence['calls'][number]],
  });
  expect(fleetViolations(sample({ accounts: [gone, failedAccount] })).join()).toContain('was gone before');
  expect(fleetViolations(sample({ accounts: [byOwner, failedAccount] }))).toEqual([]);
  // What a run had come to before the fleet came is looked after.
  const [earlier] = doneAccount[1].runs;
  const unseen = { ...byOwner[1], runs: [{ ...earlier, closedAt: at(0) }] } as AccountEvidence;
  expect(fleetViolations(sample({ accounts: [[DONE, unseen], failedAccount] })).join()).toContain(
    'was gone before',
  );
});

test('an account that was done gets another run where its instance was deleted, or AWS did not let it be seen', () => {
  const runs = [
    run('earlier', { startedAt: at(0), closedAt: at(0), result: success(DONE) }),
    run('again', { result: success(DONE) }),
  ];
  for (const [operation, outcome] of [
    ['DeleteInstance', 'ok'],
    ['ListInstances', 'AccessDeniedException'],
  ] as const) {
    const call = { operation, outcome, time: at(0), caller: '' } as AccountEvidence['calls'][number];
    const accounts = [account(DONE, runs, { calls: [call] }), failedAccount];
    expect(fleetViolations(sample({ accounts })).join()).not.toContain('which was done by');
  }
});
