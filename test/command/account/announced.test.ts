import { announcedRows } from '../../../command/account/announced';

const at = '2026-03-01T08:00:00.000Z';

test('each receiver of the latest announcement says whether it has it, or when it is tried again and why', () => {
  const failure = {
    type: 'NotAnnounced',
    message: 'Account 111122223333: it has not reached web. Mend it.',
    whatHappened: 'It has not reached web.',
    remedy: 'Mend it.',
  };
  const rows = announcedRows([
    { type: 'run.held', at, workflowId: 'a' },
    {
      type: 'run.failed',
      at,
      workflowId: 'b',
      receivers: [
        { receiver: 'topic', state: 'received', at },
        { receiver: 'bus', state: 'underWay', attempt: 1 },
        { receiver: 'web', state: 'underWay', attempt: 3, failure, nextAttemptAt: at },
        { receiver: 'parameter', state: 'superseded', at },
        { receiver: 'old', state: 'failed', at, failure },
      ],
    },
  ]);
  expect(rows).toEqual([
    ['Announced', 'run.held, 2026-03-01 08:00:00 UTC'],
    ['Announced', 'run.failed, 2026-03-01 08:00:00 UTC'],
    ['  topic', 'has it, since 2026-03-01 08:00:00 UTC'],
    ['  bus', 'under way'],
    ['  web', 'attempt 3 at 2026-03-01 08:00:00 UTC; It has not reached web. Mend it.'],
    ['  parameter', 'left as a later run of the account has set it'],
    ['  old', 'has not got it. Account 111122223333: it has not reached web. Mend it.'],
  ]);
});
