import {
  FleetFailedError,
  FleetUnansweredError,
  NoPollerError,
  NoRunError,
  RunCancelledError,
  StillRunningError,
  TemporalUnreachableError,
} from '../../client';
import { exitCodeForError, UsageError } from '../../command/errors';

test.each([
  [new UsageError('name: is none'), 2],
  [new NoRunError('111122223333', 'no run'), 2],
  [new FleetFailedError('accounts', 'the request is not valid'), 1],
  [new RunCancelledError('111122223333'), 4],
  [new NoPollerError('identity-center'), 5],
  [new FleetUnansweredError('accounts'), 5],
  [new StillRunningError('111122223333', '10m'), 3],
  [new TemporalUnreachableError('127.0.0.1:1', new Error('refused')), 5],
  [new Error('of any other kind'), 70],
  ['a text', 70],
])('%s: exit code %i', (error, code) => {
  expect(exitCodeForError(error)).toBe(code);
});
