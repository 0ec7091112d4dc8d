import {
  ActivityFailure,
  defineQuery,
  isCancellation,
  metricMeter,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../../activities';
import {
  announcementQueueOf,
  describeFailure,
  FAILURES,
  METRICS,
  milliseconds,
  PROGRESS_QUERY,
  readAnnounceRequest,
  type AnnouncementProgress,
  type AnnounceRequest,
  type Reception,
} from '../../contract';
import { readArgument } from '../shared/argument';
import { activityFailure, lastWords, runFailure } from '../shared/failure';
import { stateVersioning } from '../shared/versioning';

/**
 * Takes the announcement of a run to its receivers, each for itself: one that is broken keeps nothing from the others. Fails
 * where one has not got it in time, and says which.
 */
export async function announceRun(input: unknown): Promise<AnnouncementProgress> {
  const request = readArgument(readAnnounceRequest, input, 'start the run of the account again');
  const { announcement } = request;
  const { accountId } = announcement.data;
  const receptions = [...new Set(request.receivers)].map((receiver): Reception => ({
    receiver,
    state: 'underWay',
  }));
  const progress = (): AnnouncementProgress => ({ announcement, receptions });
  setHandler(defineQuery<AnnouncementProgress>(PROGRESS_QUERY), progress, {
    description: 'Which receivers have the announcement, as JSON.',
  });
  const why = await Promise.all(receptions.map((reception) => announceTo(reception, request)));
  const detail = why.filter((words) => words !== undefined).join('; ');
  if (detail === '') return progress();
  const remedy = FAILURES.notAnnounced.remedyAfterTimeout;
  throw runFailure({ situation: 'notAnnounced', accountId, detail, remedy });
}

// It may take a day, and goes with the version that is current.
stateVersioning('AUTO_UPGRADE', announceRun);

/**
 * Tells one receiver, and notes what came of it in its reception.
 *
 * @returns why it has not got it
 */
async function announceTo(
  reception: Reception,
  { announcement, giveUpAfter }: AnnounceRequest,
): Promise<string | undefined> {
  const { receiver } = reception;
  let why: string | undefined;
  const { announce } = proxyActivities<Activities>({
    // What is pending can be told apart.
    activityId: receiver,
    summary: `announces ${announcement.type} to ${receiver}`,
    taskQueue: announcementQueueOf(workflowInfo().taskQueue),
    startToCloseTimeout: '25s',
    scheduleToCloseTimeout: milliseconds(giveUpAfter),
    // Each failure that the activity reports carries its own delay: these are for attempts that died without a word.
    retry: { initialInterval: '5s', maximumInterval: '5m' },
  });
  try {
    const { isSuperseded } = await announce({ announcement, receiver });
    reception.state = isSuperseded ? 'superseded' : 'received';
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    reception.state = 'failed';
    why = lastWords(error) ?? `${receiver}: no attempt came back`;
    reception.failure = describeFailure(activityFailure(error, 'notAnnounced', announcement.data.accountId));
  }
  reception.at = new Date().toISOString();
  const { name, help } = METRICS.announcements;
  metricMeter.createCounter(name, undefined, help).add(1, { receiver, result: reception.state });
  return why;
}
