import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import {
  defined,
  END_STAGES,
  PROVISION_WORKFLOW,
  SEARCH_ATTRIBUTES,
  type ProgressFailure,
  type Stage,
} from '../../contract';
import { UnreadablePayloadError } from '../../encryption';
import { inChunks, mapConcurrently } from '../concurrently';
import { StagesUnknownError } from './errors';
import {
  choosesByRun,
  findEarlierActive,
  findLatestOf,
  findLatestRuns,
  type FoundRun,
  type ListFilter,
} from './find-runs';
import { endStageOf, queryProgress, readFailure, readStatus } from './status';

/** An account in a list, as its runs tell it. Times are ISO 8601. */
export interface AccountSummary {
  accountId: string;
  runId: string;
  workflowType: string;
  /** Where the latest run stands; `undefined`: it is open, and no worker says where. */
  stage: Stage | undefined;
  /** As the search attributes have it; absent in a run that was started without them. */
  region?: string;
  instanceArn?: string;
  /** The fleet that began the latest run. */
  fleet?: string;
  /** The earlier run that made the account's instance ACTIVE, where the latest did not, and no run has deleted it since. */
  earlier?: EarlierRun;
  startedAt: string;
  closedAt?: string;
  /** Why the latest run is held, or has failed; absent where no worker, or no server, says it any more. */
  failure?: ProgressFailure;
  /** When a held run stops waiting and fails. */
  heldUntil?: string;
}

/** A run that ended with an ACTIVE instance. */
export interface EarlierRun {
  runId: string;
  region?: string;
  instanceArn?: string;
  closedAt?: string;
}

/** So many accounts are looked at together, and so many runs are asked at once. */
const CHUNK = 100;
const AT_ONCE = 10;

/**
 * Lists the accounts that have had a run, each with its latest, the latest first. It knows what the runs know that Temporal
 * keeps (the retention of the namespace), and asks AWS nothing.
 *
 * @throws StagesUnknownError at the end, where there are open runs of which nobody says whether they are in the stage
 * @throws NotSearchableError, InvalidRequestError
 */
export async function* listAccounts(
  client: Client,
  filter: ListFilter,
): AsyncGenerator<AccountSummary, void, void> {
  const { limit = Infinity } = filter;
  const reader = new AccountReader(client, filter);
  let listed = 0;
  if (limit > 0)
    for await (const runs of inChunks(findLatestRuns(client, filter), Math.min(limit, CHUNK)))
      for (const account of await reader.read(runs)) {
        yield account;
        listed += 1;
        if (listed >= limit) return;
      }
  if (reader.unknown.length > 0) throw new StagesUnknownError(reader.unknown);
}

/** A run, and what is known of its account besides. */
interface Found {
  run: FoundRun;
  stage: Stage | undefined;
  earlier: EarlierRun | undefined;
}

/** Reads what accounts have and where their runs stand, and why, until no worker answers. */
class AccountReader {
  /** Accounts of which nobody says whether the filter wants them. */
  readonly unknown: string[] = [];
  private workersAnswer = true;

  constructor(
    private readonly client: Client,
    private readonly filter: ListFilter,
  ) {}

  /** Reads the accounts of some runs, and chooses those that the filter wants. */
  async read(found: readonly FoundRun[]): Promise<AccountSummary[]> {
    const { client, filter } = this;
    const latest = choosesByRun(filter) ? await findLatestOf(client, found) : found;
    const runs = latest.filter(
      ({ status, type }) => filter.failed !== true || endStageOf(status.name, type) === 'failed',
    );
    const earlier = await findEarlierActive(client, runs.filter(mayHaveEarlier));
    const accounts = await mapConcurrently(runs, AT_ONCE, async (run): Promise<Found> => {
      const before = earlier.get(run.accountId);
      return { run, stage: await this.readStage(run), earlier: before && earlierRun(before) };
    });
    const wanted = accounts.filter((account) => this.isWanted(account));
    return mapConcurrently(wanted, AT_ONCE, (account) => this.summarize(account));
  }

  /** From the search attribute, else by asking a worker. */
  private async readStage(run: FoundRun): Promise<Stage | undefined> {
    const stage =
      endStageOf(run.status.name, run.type) ??
      (run.typedSearchAttributes.get(SEARCH_ATTRIBUTES.stage) as Stage | undefined);
    if (stage !== undefined || !this.workersAnswer || isPausedInServer(run)) return stage;
    try {
      const status = await readStatus(this.client, run.accountId, run.runId);
      this.workersAnswer &&= status.notice === undefined;
      return status.notice === undefined ? status.stage : undefined;
    } catch (error) {
      if (error instanceof UnreadablePayloadError) return undefined;
      throw error;
    }
  }

  private isWanted({ run, stage, earlier }: Found): boolean {
    const { filter } = this;
    const regions = [regionOf(run), earlier?.region];
    if (filter.region !== undefined && !regions.includes(filter.region)) return false;
    if (filter.stage === undefined || filter.stage === stage) return true;
    if (filter.stage === 'active') return earlier !== undefined;
    if (stage === undefined && !END_STAGES.includes(filter.stage)) this.unknown.push(run.accountId);
    return false;
  }

  private async summarize({ run, stage, earlier }: Found): Promise<AccountSummary> {
    const { accountId, runId, type, startTime, closeTime, typedSearchAttributes } = run;
    return {
      accountId,
      runId,
      workflowType: type,
      stage,
      startedAt: startTime.toISOString(),
      ...defined({
        region: regionOf(run),
        instanceArn: instanceOf(run),
        fleet: typedSearchAttributes.get(SEARCH_ATTRIBUTES.fleet) || undefined,
        earlier,
        closedAt: closeTime?.toISOString(),
      }),
      ...(await this.readCause(run, stage)),
    };
  }

  /** Reads why a run is held, which a worker knows, or has failed, which the server knows. */
  private async readCause(
    run: FoundRun,
    stage: Stage | undefined,
  ): Promise<Pick<AccountSummary, 'failure' | 'heldUntil'>> {
    try {
      if (stage === 'failed') return defined({ failure: await readFailure(this.client, run) });
      if (stage !== 'held' || !this.workersAnswer || isPausedInServer(run)) return {};
      const progress = await queryProgress(this.client, run);
      this.workersAnswer &&= progress !== undefined;
      return defined({ failure: progress?.failure, heldUntil: progress?.heldUntil });
    } catch (error) {
      // One run that cannot be decrypted keeps nobody from the list: what is lacking stands in the place of its cause.
      if (!(error instanceof UnreadablePayloadError)) throw error;
      const { name: type, message } = error;
      return { failure: { type, message, whatHappened: message } };
    }
  }
}

/** No worker is asked about such a run, which says nothing of the workers. */
function isPausedInServer({ status }: FoundRun): boolean {
  return status.name === 'PAUSED';
}

/** Only a run that ended with neither an instance nor none leaves open what the account has. */
function mayHaveEarlier({ status, type }: FoundRun): boolean {
  const stage = endStageOf(status.name, type);
  return stage === 'failed' || stage === 'cancelled';
}

function earlierRun(run: WorkflowExecutionInfo): EarlierRun {
  return defined({
    runId: run.runId,
    region: regionOf(run),
    instanceArn: instanceOf(run),
    closedAt: run.closeTime?.toISOString(),
  });
}

function regionOf({ type, typedSearchAttributes }: WorkflowExecutionInfo): string | undefined {
  // Of a run that deletes it is where the look began, not where the instance was.
  return type === PROVISION_WORKFLOW ? typedSearchAttributes.get(SEARCH_ATTRIBUTES.region) : undefined;
}

function instanceOf({ typedSearchAttributes }: WorkflowExecutionInfo): string | undefined {
  // The empty text is none.
  return typedSearchAttributes.get(SEARCH_ATTRIBUTES.instanceArn) || undefined;
}
