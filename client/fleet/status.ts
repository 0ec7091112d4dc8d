import {
  WorkflowFailedError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
  type WorkflowExecutionDescription,
  type WorkflowHandle,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import {
  defined,
  fleetIdOf,
  PROGRESS_QUERY,
  READ_ANSWER,
  READ_UPDATE,
  type FleetProgress,
} from '../../contract';
import { executeUpdate, untilAnswered } from '../send-update';
import { isForbidden, isLostWithItsTask, isNoWorkflow, isUnansweredQuery } from '../server-errors';
import { FleetFailedError, FleetUnansweredError, NoFleetError } from './errors';

/** Where a fleet stands. */
export interface FleetStatus extends FleetProgress {
  workflowId: string;
  /** The latest execution. */
  runId: string;
  /** Temporal's status of the latest execution. */
  status: string;
  /** When the fleet ended, ISO 8601; absent while it is open. */
  endedAt?: string;
}

/** Reads where the latest fleet of a name stands. @throws NoFleetError, FleetFailedError, FleetUnansweredError */
export async function readFleetStatus(client: Client, name: string): Promise<FleetStatus> {
  const { status, workflowId, runId, closeTime } = await describeFleet(client, name);
  if (status.name === 'FAILED') throw new FleetFailedError(name, await failureReason(client, workflowId));
  const progress = await askFleet<FleetProgress>(client, name, workflowId, PROGRESS_QUERY);
  return defined({ ...progress, workflowId, runId, status: status.name, endedAt: closeTime?.toISOString() });
}

/** Describes the latest execution of a fleet, which takes no worker. @throws NoFleetError */
export async function describeFleet(client: Client, name: string): Promise<WorkflowExecutionDescription> {
  try {
    return await client.workflow.getHandle(fleetIdOf(name)).describe();
  } catch (error) {
    throw isNoWorkflow(error) ? new NoFleetError(name, 'no fleet') : error;
  }
}

/**
 * Asks the workflow of a fleet or of one of its pages: one that is open by an Update, as {@link READ_UPDATE} says why.
 *
 * @throws FleetUnansweredError where no worker answers in time
 */
export async function askFleet<T>(
  client: Client,
  name: string,
  workflowId: string,
  query: string,
): Promise<T> {
  const handle = client.workflow.getHandle(workflowId);
  const ask = async (end: number): Promise<T> => {
    const read = await readOpen(client, handle, query, end);
    return read === undefined
      ? client.connection.withDeadline(end, () => handle.query<T>(query))
      : (read.answer as T);
  };
  return untilAnswered(client, workflowId, ask, isUnanswered, () => new FleetUnansweredError(name));
}

/**
 * Reads an open workflow. Answers `undefined` where a query has to do: of one that has ended, which gets no signals any more,
 * and for whoever may read the namespace and not write, as an Update counts as a write.
 */
async function readOpen(
  client: Client,
  handle: WorkflowHandle,
  query: string,
  end: number,
): Promise<{ answer: unknown } | undefined> {
  try {
    // All who ask at the same time share one: the server bears ten Updates of a workflow at once.
    const read = { update: READ_UPDATE, argument: query, updateId: `${READ_UPDATE}-${query}` };
    await executeUpdate(client, handle, read, end);
    return undefined;
  } catch (error) {
    if (isNoWorkflow(error) || isForbidden(error)) return undefined;
    const { cause } = error instanceof WorkflowUpdateFailedError ? error : {};
    if (!(cause instanceof ApplicationFailure) || cause.type !== READ_ANSWER) throw error;
    return { answer: cause.details?.[0] };
  }
}

function isUnanswered(error: unknown): boolean {
  return (
    error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
    isLostWithItsTask(error) ||
    isUnansweredQuery(error)
  );
}

async function failureReason(client: Client, workflowId: string): Promise<string> {
  try {
    await client.workflow.getHandle(workflowId).result();
    return '';
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return (error.cause ?? error).message;
  }
}
