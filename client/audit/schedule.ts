import { ScheduleNotFoundError, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import { AUDIT_WORKFLOW, auditIdOf, milliseconds, type AuditRequest } from '../../contract';
import { NoAuditError } from './errors';

/** The Schedule of an audit. */
export interface AuditSchedule {
  name: string;
  scheduleId: string;
  /** Milliseconds between two audits. */
  everyMs: number;
  paused: boolean;
  /** When the next begins, ISO 8601; absent where it is paused. */
  nextAt?: string;
  /** What it asks for. */
  request: AuditRequest;
}

/** An audit that a server was down for begins this much later at the most; the next one finds the same. */
const CATCH_UP_MS = 60 * 60_000;

/** Has audits run every so often, from now on; one that is scheduled already is changed. */
export async function enableSchedule(
  client: Client,
  taskQueue: string,
  request: AuditRequest,
  every: string,
): Promise<AuditSchedule> {
  const { name } = request;
  const scheduleId = auditIdOf(name);
  const everyMs = milliseconds(every);
  const made = {
    // Not at the beginning of each day for everybody.
    spec: { intervals: [{ every: everyMs, offset: (Math.floor(Date.now() / 1_000) * 1_000) % everyMs }] },
    action: {
      type: 'startWorkflow' as const,
      workflowType: AUDIT_WORKFLOW,
      workflowId: scheduleId,
      taskQueue,
      args: [request],
      staticSummary: `audit ${name}`,
    },
    // One that lasts longer than until the next keeps that from being of use.
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCH_UP_MS },
  };
  const handle = client.schedule.getHandle(scheduleId);
  const before = await readSchedule(client, name);
  if (before === undefined) await client.schedule.create({ scheduleId, ...made });
  else await handle.update(({ state }) => ({ ...made, state }));
  const after = await readSchedule(client, name);
  if (after === undefined) throw new NoAuditError(name, 'no schedule');
  return after;
}

/** Reads the Schedule of an audit; `undefined` where there is none. */
export async function readSchedule(client: Client, name: string): Promise<AuditSchedule | undefined> {
  try {
    const { scheduleId, spec, action, state, info } = await client.schedule
      .getHandle(auditIdOf(name))
      .describe();
    const [nextAt] = state.paused ? [] : info.nextActionTimes;
    const [request] = action.args as [AuditRequest];
    return {
      name,
      scheduleId,
      everyMs: spec.intervals?.[0]?.every ?? 0,
      paused: state.paused,
      ...(nextAt === undefined ? {} : { nextAt: nextAt.toISOString() }),
      request,
    };
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

/** Ends the Schedule of an audit; one that is open goes on. @throws NoAuditError where there is none */
export async function disableSchedule(client: Client, name: string): Promise<void> {
  try {
    await client.schedule.getHandle(auditIdOf(name)).delete();
  } catch (error) {
    throw error instanceof ScheduleNotFoundError ? new NoAuditError(name, 'no schedule') : error;
  }
}
