import type { Info } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { ApplicationFailure } from '@temporalio/common';
import { DefaultLogger } from '@temporalio/worker';
import { clientToken, defined, workflowIdOf } from '../../contract';

/** What activities are given, for an account. */
export function inputFor(accountId: string) {
  const workflowId = workflowIdOf(accountId);
  return {
    accountId,
    region: 'eu-west-1',
    backOff: { initialIntervalMs: 1_000, backoffCoefficient: 2, maximumIntervalMs: 60_000 },
    accountReadyTimeoutMs: 60_000,
    workflowId,
    clientToken: clientToken(workflowId),
    wanted: 'any' as const,
    pollIntervalMs: 100,
  };
}

/** A server that keeps what an attempt gives it. */
export const keeping = { keepForLater: () => Promise.resolve(true) };

/** What an attempt fails with; one that does not, or fails otherwise, is no failure. */
export async function failureOf(running: Promise<unknown>): Promise<ApplicationFailure> {
  const reason: unknown = await running.then(
    () => new Error('it succeeded'),
    (error: unknown) => error,
  );
  if (!(reason instanceof ApplicationFailure)) throw reason;
  return reason;
}

const logger = new DefaultLogger('ERROR');

/** Where an activity runs that the server has scheduled just now. */
export function activityEnvironment(info: Partial<Info> = {}, client?: Client): MockActivityEnvironment {
  return new MockActivityEnvironment(
    {
      startToCloseTimeoutMs: 25_000,
      scheduleToCloseTimeoutMs: 3_600_000,
      scheduledTimestampMs: Date.now(),
      currentAttemptScheduledTimestampMs: Date.now(),
      ...info,
    },
    defined({ logger, client }),
  );
}
