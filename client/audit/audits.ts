import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import {
  AUDIT_WORKFLOW,
  auditIdOf,
  describeProblems,
  diffRequests,
  durationUpTo,
  readAuditRequest,
  readBy,
  readRunArgument,
  type AuditProgress,
  type AuditRequest,
  type AuditRequestInput,
} from '../../contract';
import { InvalidRequestError } from '../errors';
import { unknownRegionsInRules } from '../regions';
import { Wait, type WaitOptions, type WatchOptions } from '../wait';
import { AuditDiffersError, AuditStillRunningError } from './errors';
import { askAudit, auditFailure, readPages, readReport, type AuditReport } from './report';
import { disableSchedule, enableSchedule, readSchedule, type AuditSchedule } from './schedule';

/** An audit that was started, or was open already. */
export interface StartedAudit {
  name: string;
  workflowId: string;
  /** The first execution; an audit goes on in others, under the same workflow ID. */
  runId: string;
  joined: boolean;
}

/** Looks after every account of an organization, once or by a Schedule. */
export class Audits {
  constructor(
    private readonly temporal: Client,
    private readonly taskQueue: string,
  ) {}

  /**
   * Has the audit run every so often, by a Schedule of Temporal; one that is scheduled already is changed.
   *
   * @param every a duration, `1m` or more
   * @throws InvalidRequestError
   */
  async enable(input: AuditRequestInput, every = '1d'): Promise<AuditSchedule> {
    const read = readBy(durationUpTo('365d'), every);
    if ('problems' in read)
      throw new InvalidRequestError([{ field: 'every', message: describeProblems(read.problems) }]);
    return enableSchedule(this.temporal, this.taskQueue, readRequest(input), every);
  }

  /** Ends the Schedule of an audit; one that is open goes on. @throws NoAuditError */
  async disable(name: string): Promise<void> {
    await disableSchedule(this.temporal, name);
  }

  /** Reads the Schedule of an audit; `undefined` where there is none. */
  async schedule(name: string): Promise<AuditSchedule | undefined> {
    return readSchedule(this.temporal, name);
  }

  /**
   * Starts an audit, or joins the open one of its name.
   *
   * @throws InvalidRequestError, AuditDiffersError
   */
  async start(input: AuditRequestInput): Promise<StartedAudit> {
    const request = readRequest(input);
    const { name } = request;
    const workflowId = auditIdOf(name);
    try {
      const { firstExecutionRunId: runId } = await this.temporal.workflow.start(AUDIT_WORKFLOW, {
        workflowId,
        taskQueue: this.taskQueue,
        args: [request],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        staticSummary: `audit ${name}`,
      });
      return { name, workflowId, runId, joined: false };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    const running = readAuditRequest(await readRunArgument(this.temporal, { workflowId }));
    const differences = 'request' in running ? diffRequests(running.request, request) : [];
    if (differences.length > 0)
      throw new AuditDiffersError(
        name,
        differences.map(({ field }) => field),
      );
    const { runId } = await this.temporal.workflow.getHandle(workflowId).describe();
    return { name, workflowId, runId, joined: true };
  }

  /**
   * Waits for the end of an audit, and reports what it found; it goes on whoever has ceased to wait for it.
   *
   * @param onProgress hears where it stands, about once a second
   * @throws AuditFailedError; AuditStillRunningError at the time-out
   */
  async result(
    { name, workflowId, runId }: StartedAudit,
    { intervalMs = 1_000, ...limits }: WatchOptions = {},
    onProgress?: (progress: AuditProgress) => void,
  ): Promise<AuditReport> {
    const wait = new Wait(this.temporal, limits satisfies WaitOptions);
    let last: AuditProgress | undefined;
    wait.startClock((timeout) => new AuditStillRunningError(name, timeout, last));
    try {
      return await wait.during(async (over) => {
        if (onProgress !== undefined)
          void this.tell(name, workflowId, over, intervalMs, (progress) => {
            last = progress;
            onProgress(progress);
          });
        const handle = this.temporal.workflow.getHandle(workflowId, runId);
        const result = (await wait.resultOf(handle, over)) as AuditReport;
        const { closeTime = new Date() } = await this.temporal.workflow.getHandle(workflowId).describe();
        const pages = await readPages(this.temporal, result);
        return { ...result, workflowId, endedAt: closeTime.toISOString(), ...pages };
      });
    } catch (error) {
      throw auditFailure(name, error);
    } finally {
      wait.end();
    }
  }

  /**
   * Reports what the latest audit of a name that has ended found, be it one that was run or one that was scheduled.
   *
   * @throws NoAuditError, AuditFailedError; AuditStillRunningError where the first is open
   */
  async report(name: string): Promise<AuditReport> {
    return readReport(this.temporal, name);
  }

  /** Tells where an audit stands until nobody waits any more. What a look cannot tell, the result tells. */
  private async tell(
    name: string,
    workflowId: string,
    over: AbortSignal,
    intervalMs: number,
    onProgress: (progress: AuditProgress) => void,
  ): Promise<void> {
    const isOver = () => over.aborted;
    while (!isOver()) {
      const progress = await askAudit(this.temporal, name, workflowId).catch(() => undefined);
      if (progress !== undefined && !isOver()) onProgress(progress);
      await sleep(intervalMs, undefined, { signal: over }).catch(() => undefined);
    }
  }
}

/** @throws InvalidRequestError */
function readRequest(input: AuditRequestInput): AuditRequest {
  const read = readAuditRequest(input);
  if ('problems' in read) throw new InvalidRequestError(read.problems);
  const { rules } = read.request;
  const problems = (rules === undefined ? [] : unknownRegionsInRules(rules)).map(({ field, message }) => ({
    field: `rules.${field}`,
    message,
  }));
  if (problems.length > 0) throw new InvalidRequestError(problems);
  return read.request;
}
