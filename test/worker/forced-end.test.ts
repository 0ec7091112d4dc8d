import { IllegalStateError } from '@temporalio/common';
import { GracefulShutdownPeriodExpiredError } from '@temporalio/worker';
import { isEndedByForce } from '../../worker/forced-end';

test.each<[string, Error, boolean]>([
  ['says so', new GracefulShutdownPeriodExpiredError('Timed out'), true],
  ['could not clean up after it', new IllegalStateError('Worker still in use'), true],
  ['failed otherwise', new Error('shutdown'), false],
])(
  'of a worker that was told to end, one that %s, and whether it was ended by force',
  (_what, error, expected) => {
    expect(isEndedByForce(error)).toBe(expected);
  },
);
