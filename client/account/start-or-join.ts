import { setTimeout as sleep } from 'node:timers/promises';
import {
  WorkflowExecutionAlreadyStartedError,
  type Client,
  type WorkflowStartOptions,
} from '@temporalio/client';
import {
  defined,
  DEPROVISION_WORKFLOW,
  diffRequests,
  isOpenStatus,
  PROVISION_WORKFLOW,
  readDeprovisionRequest,
  readRequest,
  readRunArgument,
  searchAttributesOf,
  summaryOf,
  summaryOfDeprovisioning,
  workflowIdOf,
  type DeprovisionRequest,
  type ProvisionRequest,
  type ReadRequest,
  type Stage,
} from '../../contract';
import { InvalidRequestError } from '../errors';
import { refuseUnknownRegions } from '../regions';
import { SearchAttributeChoice } from '../search-attributes';
import { findStuck } from '../stuck';
import { ensure } from './ensure';
import { NotStartedError, OtherRunOpenError, OtherTaskQueueError, RequestDiffersError } from './errors';

/** What every request says. */
export interface AccountRequest {
  accountId: string;
  region?: string | undefined;
}

/** What the client needs to know of a kind of run. */
export interface RunKind<R extends AccountRequest> {
  workflow: string;
  /** How the open run says itself whether it does what is asked; absent where only what it was started with is known. */
  ensure?: (
    client: Client,
    run: { workflowId: string; runId: string },
    request: R,
  ) => ReturnType<typeof ensure>;
  read(input: unknown): ReadRequest<R>;
  firstStage: Stage;
  /** One line, for lists and headings. */
  summary(request: R): string;
}

export const PROVISION: RunKind<ProvisionRequest> = {
  workflow: PROVISION_WORKFLOW,
  read: readRequest,
  firstStage: 'creating',
  summary: summaryOf,
  ensure,
};

export const DEPROVISION: RunKind<DeprovisionRequest> = {
  workflow: DEPROVISION_WORKFLOW,
  read: readDeprovisionRequest,
  firstStage: 'reconciling',
  summary: summaryOfDeprovisioning,
};

/** Starts a workflow, or attaches to the open one where the options say so. */
export type StartWorkflow<H> = (workflow: string, options: WorkflowStartOptions) => Promise<H>;

/** A run that was started, or was open already. */
export interface StartedRun {
  accountId: string;
  workflowId: string;
  runId: string;
  /** The run was open already, asked for the same. */
  joined: boolean;
  /** What the caller may want to mend; said once a client. */
  notice?: string;
}

function notSearchable(lacking: readonly string[]): string {
  return `The namespace lacks the search attributes ${lacking.join(', ')}, or has them with another type, so runs are started without them and cannot be searched by them. "identity-center doctor --fix" registers them.`;
}

/** Starts runs; keeps in mind which search attributes the namespace knows. */
export class RunStarter {
  private readonly choice: SearchAttributeChoice;

  constructor(
    private readonly client: Client,
    private readonly taskQueue: string,
    private readonly startsEagerly = false,
  ) {
    this.choice = new SearchAttributeChoice(client);
  }

  /**
   * Starts a run of an account, or joins its open run.
   *
   * The start itself goes without `ensure`: where no run is open there is nothing to compare, an Update would be two events
   * more in each history, and no run could be started before a worker has answered.
   *
   * @throws InvalidRequestError before anything is sent
   * @throws RequestDiffersError where the open run was asked for something else
   * @throws OtherRunOpenError where the open run is of another kind, or about to end
   * @throws OtherTaskQueueError where the open run is on another task queue, and no worker answers there
   * @throws NotStartedError where the server says one thing and another
   */
  async startOrJoin<R extends AccountRequest>(kind: RunKind<R>, input: unknown): Promise<StartedRun> {
    const request = requestOf(kind, input);
    const { accountId } = request;
    const workflowId = workflowIdOf(accountId);
    const knownToLack = this.choice.lacking.length;
    return again(accountId, async () => {
      const started = await this.start(kind, request, (workflow, options) =>
        this.client.workflow.start(workflow, { ...options, requestEagerStart: this.startsEagerly }),
      );
      if (started !== undefined) {
        const { lacking } = this.choice;
        const notice = lacking.length > knownToLack ? notSearchable(lacking) : undefined;
        const runId = started.firstExecutionRunId;
        return defined({ accountId, workflowId, runId, joined: false, notice });
      }
      const open = await this.joinOpenRun(kind, request);
      return open && { accountId, workflowId, joined: true, ...open };
    });
  }

  /**
   * As {@link startOrJoin}, for a caller who is called back at the end of the run: an open run that was asked for the same is
   * attached to, by another start.
   *
   * @returns what `startWorkflow` has made
   */
  async startOrAttach<R extends AccountRequest, H extends { readonly runId?: string }>(
    kind: RunKind<R>,
    input: unknown,
    startWorkflow: StartWorkflow<H>,
  ): Promise<H> {
    const request = requestOf(kind, input);
    return again(request.accountId, async () => {
      const started = await this.start(kind, request, startWorkflow);
      if (started !== undefined) return started;
      const open = await this.joinOpenRun(kind, request);
      if (open === undefined) return undefined;
      const attached = await this.start(kind, request, startWorkflow, 'USE_EXISTING');
      // That run has ended in between: the one in its place may be somebody else's, who has asked for something else.
      if (attached !== undefined && attached.runId !== open.runId) await this.joinOpenRun(kind, request);
      return attached;
    });
  }

  /** @returns `undefined` where a run is open that is not to be attached to */
  private async start<R extends AccountRequest, H>(
    kind: RunKind<R>,
    request: R,
    startWorkflow: StartWorkflow<H>,
    workflowIdConflictPolicy: 'FAIL' | 'USE_EXISTING' = 'FAIL',
  ): Promise<H | undefined> {
    const attributes = searchAttributesOf(request, kind.firstStage);
    try {
      return await this.choice.start(attributes, (typedSearchAttributes) =>
        startWorkflow(kind.workflow, {
          workflowId: workflowIdOf(request.accountId),
          taskQueue: this.taskQueue,
          args: [request],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          workflowIdConflictPolicy,
          staticSummary: kind.summary(request),
          typedSearchAttributes,
        }),
      );
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
      throw error;
    }
  }

  /** @returns `undefined` where none is open any more */
  private async joinOpenRun<R extends AccountRequest>(
    kind: RunKind<R>,
    request: R,
  ): Promise<Pick<StartedRun, 'runId' | 'notice'> | undefined> {
    const { accountId } = request;
    const description = await this.client.workflow.getHandle(workflowIdOf(accountId)).describe();
    const { workflowId, runId, status, type, taskQueue } = description;
    if (!isOpenStatus(status.name)) return undefined;
    if (type !== kind.workflow) throw new OtherRunOpenError(accountId, type);
    const answer = await kind.ensure?.(this.client, { workflowId, runId }, request);
    if (answer === 'same') return { runId };
    if (answer === 'ended') return undefined;
    const stuck = await findStuck(this.client, description);
    if (answer === 'unanswered' && stuck === undefined && taskQueue !== this.taskQueue)
      throw new OtherTaskQueueError(accountId, taskQueue, this.taskQueue);
    // No worker answers. What the run was started with says it as well, corrections aside.
    const running = kind.read(await readRunArgument(this.client, { workflowId, runId }));
    // Such a run ends with InvalidRequest as soon as a worker sees it.
    if ('problems' in running)
      throw new OtherRunOpenError(accountId, type, 'with a request that is not valid');
    const differences = diffRequests(running.request, request);
    if (differences.length > 0) throw new RequestDiffersError(accountId, differences);
    return defined({ runId, notice: stuck?.message });
  }
}

const TRIES = 10;
const PAUSE_MS = 50;

/**
 * Tries again to start a run or to join the open one, where neither was possible: the one in the way has ended in between.
 *
 * @throws NotStartedError where it stays so
 */
export async function again<T>(accountId: string, startOrJoin: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const started = await startOrJoin();
    if (started !== undefined) return started;
    if (tries < TRIES) await sleep(PAUSE_MS * tries);
  }
  throw new NotStartedError(accountId);
}

/** Reads what is asked for. @throws InvalidRequestError */
function requestOf<R extends AccountRequest>(kind: RunKind<R>, input: unknown): R {
  const read = kind.read(input);
  if ('problems' in read) throw new InvalidRequestError(read.problems);
  refuseUnknownRegions([read.request]);
  return read.request;
}
