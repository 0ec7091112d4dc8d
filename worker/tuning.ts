import type { WorkerOptions as SdkOptions } from '@temporalio/worker';
import { z } from 'zod';
import { MOST_AT_ONCE } from '../activities';
import type { ActivitySlots } from './activity-slots';
import { durationUpTo, milliseconds, oneLine } from '../contract';

const whole = (least: number, most: number) => {
  const range = { error: `must be a whole number from ${least} to ${most}` };
  return z.coerce.number(range).int(range).min(least, range).max(most, range);
};

const FORCE_AFTER_MS = 1_000;

/** A Nexus task starts a run or asks one: it waits for the server, for seconds where an open run has to answer first. */
const NEXUS_TASKS = 50;
/** They come as rarely as accounts do; each poll that waits is one more that the server holds for every worker. */
const NEXUS_POLLERS = 2;

/** How much a worker does at once, and keeps. The numbers were measured: docs/settings.md says how, and when to change them. */
export const tuningSchema = z.object({
  maxConcurrentCalls: whole(1, 10_000)
    .default(100)
    .describe('Calls to AWS that the worker has open at once: its activity slots.'),
  maxConcurrentWorkflowTasks: whole(2, 1_000)
    .default(40)
    .describe('Workflow tasks that the worker has in hand at once: its workflow slots.'),
  maxCachedWorkflows: whole(2, 100_000)
    .default(1_000)
    .describe(
      'Open runs that the worker keeps in memory; of any other, each task replays the whole history.',
    ),
  maxPollers: whole(2, 1_000)
    .default(10)
    .describe(
      'Polls that the worker has open at the server at once, for workflow tasks and as many for activities.',
    ),
  stickyTimeout: durationUpTo('1h')
    .default('2s')
    .describe(
      'How long a task of a run waits for the worker that has the run in memory, before another worker may take it.',
    ),
  shutdownGraceTime: durationUpTo('1h')
    .default('8s')
    .describe(
      'How long a worker that was told to end gives the calls to AWS that are under way; what is not done by then goes to another worker. It ends a second later at the latest.',
    ),
});

/** What a team may tune. */
export type Tuning = z.infer<typeof tuningSchema>;

/**
 * Fills in the defaults.
 *
 * @throws Error naming every field that is wrong
 */
export function readTuning(options: { [Field in keyof Tuning]?: Tuning[Field] | undefined }): Tuning {
  const read = tuningSchema.safeParse(options);
  if (read.success) return read.data;
  const given = options as Record<string, unknown>;
  const problems = read.error.issues.map(({ path: [field = ''], message }) => {
    return `${String(field)}: ${message}, not ${oneLine(JSON.stringify(given[String(field)]), 100)}`;
  });
  throw new Error(`${problems.join('; ')}.`);
}

/** The same, as the SDK names it. */
export function sdkTuning(tuning: Tuning, activityTaskSlotSupplier: ActivitySlots) {
  const { maxConcurrentCalls, maxCachedWorkflows, maxPollers, stickyTimeout, shutdownGraceTime } = tuning;
  // More than are kept would throw each other out.
  const workflowTasks = Math.min(tuning.maxConcurrentWorkflowTasks, maxCachedWorkflows);
  // The SDK reads no other option for it.
  const pollersFor = (slots: number) =>
    ({ type: 'simple-maximum', maximum: Math.min(maxPollers, slots) }) as const;
  return {
    // The SDK takes either the numbers of all kinds of slots, or the suppliers.
    tuner: {
      activityTaskSlotSupplier,
      workflowTaskSlotSupplier: { type: 'fixed-size', numSlots: workflowTasks },
      localActivityTaskSlotSupplier: { type: 'fixed-size', numSlots: workflowTasks },
      nexusTaskSlotSupplier: { type: 'fixed-size', numSlots: NEXUS_TASKS },
    },
    activityTaskPollerBehavior: pollersFor(maxConcurrentCalls),
    workflowTaskPollerBehavior: pollersFor(workflowTasks),
    nexusTaskPollerBehavior: { type: 'simple-maximum', maximum: NEXUS_POLLERS },
    maxCachedWorkflows,
    // So long the tasks of a dead worker wait for it, queries among them; who asks waits for longer.
    stickyQueueScheduleToStartTimeout: milliseconds(stickyTimeout),
    ...shutdownTimes(shutdownGraceTime),
  } satisfies Partial<SdkOptions>;
}

/** What a worker is that only tells receivers: it has a place for each attempt that may be open. */
export function announcingTuning({ shutdownGraceTime }: Tuning, receivers: number) {
  return {
    maxConcurrentActivityTaskExecutions: Math.max(1, receivers * MOST_AT_ONCE),
    activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 1 },
    ...shutdownTimes(shutdownGraceTime),
  } satisfies Partial<SdkOptions>;
}

/** Activities that wait are cancelled after it, and a call to AWS in flight may take no longer than that second more. */
function shutdownTimes(shutdownGraceTime: string) {
  const graceMs = milliseconds(shutdownGraceTime);
  return { shutdownGraceTime: graceMs, shutdownForceTime: graceMs + FORCE_AFTER_MS };
}
