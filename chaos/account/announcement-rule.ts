import type { AnnouncementType } from '../../contract';
import type { AccountRule, RunRecord } from './evidence';

/**
 * How each run has ended its receiver hears, whatever was broken meanwhile: it may hear it twice, and never anything else. One
 * that was terminated says nothing any more.
 */
export const announcesItsEnd: AccountRule = ({ runs, announced }) => [
  ...runs.flatMap((run) => {
    const type = typeOf(run);
    if (type === undefined) return [];
    const told = announced.filter(({ id, data }) => data.runId === run.runId && /\/end(-\d+)?$/.test(id));
    const last = Math.max(...told.map(({ timestamp }) => Date.parse(timestamp)));
    // It may be cancelled while its success is announced.
    const wrong = told.filter(({ type: its, data, timestamp }) =>
      Date.parse(timestamp) < last
        ? its !== 'run.succeeded'
        : its !== type || data.instanceArn !== instanceOf(run, data.instanceArn),
    );
    return [
      ...(told.length > 0 ? [] : [`run ${run.runId} is ${run.status}, and its receiver has not heard of it`]),
      ...wrong.map(({ type: its }) => `run ${run.runId} is ${run.status}, and was announced as ${its}`),
    ];
  }),
  ...announced
    .filter(({ data }) => !runs.some(({ runId }) => runId === data.runId))
    .map(({ id }) => `${id} was announced, and there is no such run`),
];

function typeOf({ status }: RunRecord): AnnouncementType | undefined {
  if (status === 'COMPLETED') return 'run.succeeded';
  if (status === 'FAILED') return 'run.failed';
  return status === 'CANCELLED' ? 'run.cancelled' : undefined;
}

/** The instance that a run has told of; what it could not be read from counts as told. */
function instanceOf({ result }: RunRecord, told: string | undefined): string | undefined {
  return result === undefined ? told : result.instanceArn;
}
