import type { AccountEvidence } from '../../../chaos/account/evidence';
import { accountViolations } from '../../../chaos/account/oracle';
import { announcementsOf, at, call, did, evidence, instance, run, TOKENS } from './evidence';

const [, SECOND = ''] = TOKENS;
const REMEDY = { message: 'Failed. Do it again.', whatHappened: 'Failed.', remedy: 'Do it again.' };
const aborted = run({ status: 'FAILED', failure: { type: 'Aborted', ...REMEDY }, closedAt: at(30) });
const cancelled = run({ status: 'CANCELLED', closedAt: at(30) });
const pause = did(10, { type: 'pause', answered: true });
const resume = did(20, { type: 'resume', answered: true });
const abort = did(10, { type: 'abort', answered: true });
const corrected = did(10, { type: 'retry', answered: true, correction: { name: 'staff' } });
const throttled = { outcome: 'ThrottlingException' };
const open = { ...run({ status: 'CANCELLED' }), closedAt: at(60) };

/** A run that was seen to be held after 9 s, aborted after 10, and failed otherwise. */
const abortedWhenHeldSince = (second: number) =>
  evidence({
    runs: [
      {
        ...aborted,
        failure: { type: 'ValidationException', ...REMEDY },
        steps: [{ stage: 'held', at: at(second) }],
      },
    ],
    actions: [
      did(9, { type: 'await', until: 'held', atMostMs: 1 }),
      did(10, { type: 'abort' }),
      did(11, { type: 'retry' }),
    ],
  });

const fine: [string, AccountEvidence][] = [
  ['an abort of a run that a copy ahead of its history told to be held', abortedWhenHeldSince(12)],
  [
    'a pause in which the call that was under way is sent',
    evidence({
      runs: [aborted],
      actions: [pause, resume],
      calls: [call(9, 'CreateInstance', throttled), call(11, 'CreateInstance', throttled)],
    }),
  ],
  [
    'calls after a pause',
    evidence({
      runs: [aborted],
      actions: [pause, resume],
      calls: [21, 22].map((second) => call(second, 'CreateInstance', throttled)),
    }),
  ],
  [
    'a retry that is refused in a pause',
    evidence({
      runs: [aborted],
      actions: [pause, did(12, { type: 'retry', answered: true }, 'SteeringRefusedError'), resume],
    }),
  ],
  ['an abort', evidence({ runs: [aborted], actions: [abort, did(11, { type: 'retry' })] })],
  [
    'an abort that a cancel overtook',
    evidence({ runs: [cancelled], actions: [abort, did(11, { type: 'cancel' })] }),
  ],
  [
    'a correction',
    evidence({
      runs: [aborted],
      actions: [corrected],
      calls: [
        call(5, 'CreateInstance', { outcome: 'ValidationException' }),
        call(11, 'ListInstances'),
        call(12, 'CreateInstance', { token: SECOND, name: 'staff', ...throttled }),
        call(13, 'CreateInstance', { token: SECOND, name: 'staff' }),
      ],
    }),
  ],
  [
    'a correction that was refused',
    evidence({
      runs: [aborted],
      actions: [{ ...corrected, outcome: 'SteeringRefusedError' }],
      calls: [call(12, 'CreateInstance')],
    }),
  ],
  ...[{}, { token: SECOND, name: 'staff' }].map((asked, taken): [string, AccountEvidence] => [
    `a correction, ${taken ? 'taken' : 'not taken'}, whose answer was lost before it was refused`,
    evidence({
      runs: [aborted],
      actions: [{ ...corrected, outcome: 'AnswerLostError' }],
      calls: [call(12, 'CreateInstance', asked)],
    }),
  ]),
  [
    'a cancel after a lost answer, which asks once more',
    evidence({
      runs: [cancelled],
      actions: [did(10, { type: 'cancel' })],
      calls: [call(5, 'CreateInstance', { outcome: 'lost' }), call(20, 'CreateInstance')],
    }),
  ],
  [
    'an instance of which nobody can know who made it, as a worker was killed',
    evidence({
      runs: [{ ...cancelled, notes: [{ at: at(30), text: 'whether this run made it is not known' }] }],
      actions: [did(10, { type: 'cancel' })],
      instances: [instance(5)],
      outages: [{ from: at(5), to: at(8) }],
    }),
  ],
  [
    'an instance that failed, which is deleted whoever asked for it',
    evidence({
      runs: [open],
      instances: [instance(1, { clientToken: 'another', statusReason: 'trouble', deletedDate: at(11) })],
      calls: [call(10, 'DeleteInstance', { instanceArn: 'arn:instance' })],
    }),
  ],
];

test.each(fine)('nothing is wrong with %s', (_, account) => {
  expect(accountViolations(account)).toEqual([]);
});

const broken: [string, AccountEvidence, string][] = [
  [
    'a pause kept no write back',
    evidence({
      runs: [aborted],
      actions: [pause, resume],
      calls: [11, 12].map((second) => call(second, 'CreateInstance', throttled)),
    }),
    'while run run was paused',
  ],
  [
    'a pause kept no deletion back',
    evidence({
      runs: [{ ...aborted, workflowType: 'deprovisionIdentityCenter' }],
      actions: [pause, resume],
      instances: [instance(1)],
      calls: [11, 12].map((second) => call(second, 'DeleteInstance', { instanceArn: 'arn:instance' })),
    }),
    'DeleteInstance at 2026-01-01T00:00:12.000Z, while run run was paused',
  ],
  [
    'a cancel was forgotten',
    evidence({
      runs: [run({ closedAt: at(20) })],
      actions: [did(10, { type: 'cancel' })],
      instances: [instance(1)],
    }),
    'run run was cancelled at 2026-01-01T00:00:10.000Z, and ended as COMPLETED',
  ],
  [
    'an abort was forgotten',
    evidence({ runs: [{ ...cancelled, status: 'TERMINATED' }], actions: [abort] }),
    'run run was aborted at 2026-01-01T00:00:10.000Z, and ended as TERMINATED',
  ],
  [
    'an abort of a held run, by a signal, was forgotten',
    abortedWhenHeldSince(8),
    'and ended as FAILED ValidationException',
  ],
  [
    'an aborted run wrote on',
    evidence({
      runs: [aborted],
      actions: [abort],
      calls: [11, 12].map((second) => call(second, 'CreateInstance', throttled)),
    }),
    'when run run was aborted already',
  ],
  [
    'the name was left out of a later attempt',
    evidence({
      runs: [aborted],
      calls: [
        call(1, 'CreateInstance', throttled),
        { ...call(2, 'CreateInstance', throttled), parameters: { tags: { team: 'chaos' } } },
      ],
    }),
    'asks for {"tags":{"team":"chaos"}}, not for {"name":"chaos-111122223333"',
  ],
  [
    'a correction was dropped',
    evidence({
      runs: [aborted],
      actions: [corrected],
      calls: [
        call(5, 'CreateInstance', { outcome: 'ValidationException' }),
        call(11, 'ListInstances'),
        call(12, 'CreateInstance', { token: SECOND }),
      ],
    }),
    'not for {"name":"staff"',
  ],
  [
    'a correction was asked for with the old token',
    evidence({
      runs: [aborted],
      actions: [corrected],
      calls: [call(5, 'CreateInstance', throttled), call(12, 'CreateInstance', { name: 'staff' })],
    }),
    'repeats a token from before the correction',
  ],
  [
    'a passing answer ended a run',
    evidence({ runs: [{ ...aborted, failure: { type: 'RequestTimeoutException', ...REMEDY } }] }),
    'failed with RequestTimeoutException, which passes',
  ],
  [
    'a cancel asked once more, though all was answered',
    evidence({
      runs: [cancelled],
      actions: [did(10, { type: 'cancel' })],
      calls: [call(5, 'CreateInstance', throttled), call(20, 'CreateInstance')],
    }),
    'and nothing was lost',
  ],
  [
    'a cancel left what AWS made late',
    evidence({
      runs: [cancelled],
      actions: [did(10, { type: 'cancel' })],
      instances: [instance(40)],
      calls: [call(5, 'CreateInstance', { outcome: 'late' })],
    }),
    'arn:instance is left by run run',
  ],
  [
    "a cancel deleted an earlier run's instance, made in the second before",
    evidence({
      runs: [run({ ...cancelled, startedAt: at(5.9) })],
      instances: [instance(5.2, { deletedDate: at(21) })],
      calls: [call(20, 'DeleteInstance', { instanceArn: 'arn:instance' })],
    }),
    'which its run did not make',
  ],
  [
    'a cancel deleted what a run made that was terminated just before',
    evidence({
      runs: [
        run({ runId: 'first', status: 'TERMINATED', closedAt: at(6) }),
        run({ ...cancelled, startedAt: at(8) }),
      ],
      instances: [instance(5, { deletedDate: at(21) })],
      calls: [call(20, 'DeleteInstance', { instanceArn: 'arn:instance' })],
    }),
    'which its run did not make',
  ],
  [
    '`keep` deleted',
    evidence({
      onCancel: 'keep',
      runs: [cancelled],
      instances: [instance(5, { deletedDate: at(21) })],
      calls: [call(20, 'DeleteInstance', { instanceArn: 'arn:instance' })],
    }),
    'which its run did not make',
  ],
  [
    'a run cannot be read',
    evidence({ runs: [run({ status: 'TERMINATED', unreadable: 'no such query' })] }),
    'run run cannot be read: no such query',
  ],
  [
    'a run that has ended was announced to nobody',
    evidence({ runs: [run()], announced: [] }),
    'run run is COMPLETED, and its receiver has not heard of it',
  ],
  [
    'a run that has failed was announced as another',
    evidence({ runs: [aborted], announced: announcementsOf(run()) }),
    'run run is FAILED, and was announced as run.succeeded',
  ],
  [
    'a run was announced that there never was',
    evidence({ runs: [], announced: announcementsOf(run()) }),
    'run/end was announced, and there is no such run',
  ],
  [
    'its runs cannot be read',
    evidence({ unreadable: 'no such list' }),
    'its runs cannot be read: no such list',
  ],
];

test.each(broken)('it is found that %s', (_, account, violation) => {
  expect(accountViolations(account).join('\n')).toContain(violation);
});
