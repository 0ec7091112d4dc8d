import { WorkflowNotFoundError, type Client, type WorkflowExecutionInfo } from '@temporalio/client';
import {
  defined,
  FLEET_WORKFLOW,
  fleetNameOf,
  PROGRESS_QUERY,
  type FleetCause,
  type FleetCounts,
  type FleetHold,
  type FleetProgress,
  type FleetResult,
  type FleetStage,
} from '../../contract';
import { UnreadablePayloadError } from '../../encryption';
import { WorkflowPausedError, WorkflowStuckError } from '../stuck';
import { FleetUnansweredError } from './errors';
import { askFleet, isUnbegun } from './status';

/** A fleet in a list. Times are ISO 8601. */
export interface FleetSummary {
  name: string;
  workflowId: string;
  runId: string;
  /** Temporal's status of the latest execution. */
  status: string;
  /** Where the fleet stands, and how its accounts did: absent where no worker says it, or its request was refused. */
  stage?: FleetStage;
  counts?: FleetCounts & { accounts: number; waiting: number; open: number; held: number; notReady: number };
  /** Why accounts have failed, and why they are held. */
  causes?: FleetCause[];
  holds?: FleetHold[];
  startedAt: string;
  endedAt?: string;
  /** Why something is missing here, and what to do about it. */
  notice?: string;
}

/** Which fleets to list. One of which nobody says where it stands is listed with any. */
export interface FleetFilter {
  stage?: FleetStage;
  /** Those that failed, or in which an account failed. */
  failed?: boolean;
}

/** An execution that goes on in another one is not the fleet's last. */
const QUERY = `WorkflowType = '${FLEET_WORKFLOW}' AND ExecutionStatus != 'ContinuedAsNew'`;

/** Lists the fleets that Temporal knows, of each name the latest, the latest first. */
export async function* listFleets(
  client: Client,
  { stage, failed }: FleetFilter,
): AsyncGenerator<FleetSummary, void, void> {
  const seen = new Set<string>();
  const standing = new StandingReader(client);
  for await (const run of client.workflow.list({ query: QUERY })) {
    const name = fleetNameOf(run.workflowId);
    // Another workflow ID is refused.
    if (name === undefined || seen.has(name)) continue;
    seen.add(name);
    const fleet = await summaryOf(name, run, standing);
    if (stage !== undefined && fleet.stage !== undefined && fleet.stage !== stage) continue;
    if (failed === true && run.status.name !== 'FAILED' && fleet.counts?.failed === 0) continue;
    yield fleet;
  }
}

async function summaryOf(
  name: string,
  run: WorkflowExecutionInfo,
  reader: StandingReader,
): Promise<FleetSummary> {
  const { workflowId, runId, status, startTime, closeTime } = run;
  const read = await reader.read(name, run);
  const [standing, why] = read instanceof Error ? [undefined, read] : [read];
  return defined({
    name,
    workflowId,
    runId,
    status: status.name,
    stage: standing?.stage,
    counts: standing && countsOf(standing),
    causes: standing?.causes,
    holds: standing?.holds,
    startedAt: standing?.startedAt ?? startTime.toISOString(),
    endedAt: closeTime?.toISOString(),
    notice: why?.message,
  });
}

/** What is told of a fleet: by the result of one that has ended, else by a worker. */
type Standing = Omit<FleetResult, 'pages' | 'pageIdPrefix'> &
  Pick<FleetProgress, 'stage' | 'holds' | 'waiting' | 'open' | 'held' | 'notReady'>;

/** Why a fleet does not say where it stands; the others of the list are told all the same. */
type Silence = UnreadablePayloadError | WorkflowPausedError | WorkflowStuckError;

function isSilence(error: unknown): error is Silence {
  return [UnreadablePayloadError, WorkflowPausedError, WorkflowStuckError].some((it) => error instanceof it);
}

function countsOf(standing: Standing): FleetSummary['counts'] & object {
  const { accounts, succeeded, failed, cancelled, skipped, waiting, open, held, notReady } = standing;
  return { accounts, succeeded, failed, cancelled, skipped, waiting, open, held, notReady };
}

/** Reads where fleets stand; the workers of a task queue are asked until none of them answers. */
class StandingReader {
  private readonly silentQueues = new Set<string>();

  constructor(private readonly client: Client) {}

  async read(name: string, execution: WorkflowExecutionInfo): Promise<Standing | Silence | undefined> {
    const { workflowId, runId, status, taskQueue } = execution;
    if (status.name === 'FAILED' || (await isUnbegun(this.client, execution))) return undefined;
    // It takes no worker.
    if (status.name === 'COMPLETED') return this.readResult(workflowId, runId);
    if (this.silentQueues.has(taskQueue)) return undefined;
    try {
      return await askFleet<FleetProgress>(this.client, name, workflowId, PROGRESS_QUERY);
    } catch (error) {
      if (error instanceof FleetUnansweredError) this.silentQueues.add(taskQueue);
      return isSilence(error) ? error : undefined;
    }
  }

  private async readResult(workflowId: string, runId: string): Promise<Standing | Silence | undefined> {
    try {
      const result = (await this.client.workflow.getHandle(workflowId, runId).result()) as FleetResult;
      return { ...result, stage: 'done', holds: [], waiting: 0, open: 0, held: 0, notReady: 0 };
    } catch (error) {
      // Forgotten meanwhile.
      if (error instanceof WorkflowNotFoundError) return undefined;
      // One fleet of other keys keeps nobody from the list.
      if (error instanceof UnreadablePayloadError) return error;
      throw error;
    }
  }
}
