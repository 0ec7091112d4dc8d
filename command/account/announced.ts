import type { AnnouncementStatus, ReceiverStatus } from '../../client';
import { utc } from '../../contract';
import { pc, type Row } from '../output';

/** Says what a run has announced, and which receivers have it, as a person reads it. */
export function announcedRows(announcements: readonly AnnouncementStatus[]): Row[] {
  return announcements.flatMap(({ type, at, receivers = [] }): Row[] => [
    ['Announced', `${type}, ${utc(at)}`],
    ...receivers.map((receiver): Row => [`  ${receiver.receiver}`, describe(receiver)]),
  ]);
}

function describe({ state, at, attempt = 1, failure, nextAttemptAt }: ReceiverStatus): string {
  switch (state) {
    case 'received':
      return `has it${at === undefined ? '' : `, since ${utc(at)}`}`;
    case 'superseded':
      return 'left as a later run of the account has set it';
    case 'failed':
      return pc.red(`has not got it. ${failure?.message ?? ''}`.trim());
    case 'underWay': {
      const when = nextAttemptAt === undefined ? 'under way' : `at ${utc(nextAttemptAt)}`;
      const said = failure === undefined ? '' : `; ${failure.whatHappened} ${failure.remedy ?? ''}`.trimEnd();
      return attempt === 1 && said === '' ? 'under way' : pc.yellow(`attempt ${attempt} ${when}${said}`);
    }
  }
}
