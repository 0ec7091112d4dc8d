import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import {
  defined,
  DEPROVISION_WORKFLOW,
  diffRequests,
  PROVISION_WORKFLOW,
  readDeprovisionRequest,
  readRequest,
  readRunArgument,
  searchAttributesOf,
  summaryOf,
  workflowIdOf,
  type DeprovisionRequest,
  type ProvisionRequest,
  type ReadRequest,
  type Stage,
} from '../../contract';
import { InvalidRequestError } from '../errors';
import { isUnknownSearchAttribute } from '../search-attributes';
import { OtherRunOpenError, RequestDiffersError } from './errors';

/** What every request says. */
interface AccountRequest {
  accountId: string;
  region?: string | undefined;
}

/** What the client needs to know of a kind of run. */
interface RunKind<R extends AccountRequest> {
  workflow: string;
  read(input: unknown): ReadRequest<R>;
  firstStage: Stage;
  /** One line, for lists and headings. */
  summary(request: R): string;
  /** Markdown: what was asked, and who asked. */
  details(request: R, askedBy: string): string;
}

export const PROVISION: RunKind<ProvisionRequest> = {
  workflow: PROVISION_WORKFLOW,
  read: readRequest,
  firstStage: 'creating',
  summary: summaryOf,
  details: ({ accountId, region, name, existing, onCancel, onFailure }, askedBy) =>
    // The UI has room for four lines.
    rows([
      ['Account', `${accountId}\`, Region \`${region}`],
      ['Name', name ?? 'none'],
      ['Started by', askedBy],
      ['An existing instance', `${existing}\`, on cancel \`${onCancel}\`, on failure \`${onFailure}`],
    ]),
};

export const DEPROVISION: RunKind<DeprovisionRequest> = {
  workflow: DEPROVISION_WORKFLOW,
  read: readDeprovisionRequest,
  firstStage: 'reconciling',
  summary: ({ accountId }) => `deprovision ${accountId}`,
  details: ({ accountId, instanceArn }, askedBy) =>
    rows([
      ['Account', accountId],
      ['Deletes', instanceArn ?? 'the instance that carries the tag of the account’s runs'],
      ['Started by', askedBy],
    ]),
};

function rows(facts: [string, string][]): string {
  return facts.map(([label, value]) => `- ${label}: \`${value}\``).join('\n');
}

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

const NOT_SEARCHABLE =
  'The namespace lacks the search attributes of this product, so runs are started without them and cannot be searched by stage. "identity-center doctor --fix" registers them.';

/** Starts runs; keeps in mind whether the namespace knows the search attributes. */
export class RunStarter {
  private searchable = true;

  constructor(
    private readonly client: Client,
    private readonly taskQueue: string,
  ) {}

  /**
   * Starts a run of an account, or joins its open run.
   *
   * @throws InvalidRequestError before anything is sent
   * @throws RequestDiffersError where the open run was asked for something else
   * @throws OtherRunOpenError where the open run is of another kind
   */
  async startOrJoin<R extends AccountRequest>(kind: RunKind<R>, input: unknown): Promise<StartedRun> {
    const read = kind.read(input);
    if ('problems' in read) throw new InvalidRequestError(read.problems);
    const { request } = read;
    const { accountId } = request;
    const workflowId = workflowIdOf(accountId);
    const wasSearchable = this.searchable;
    for (;;) {
      try {
        const runId = await this.start(kind, request);
        const notice = wasSearchable && !this.searchable ? NOT_SEARCHABLE : undefined;
        return defined({ accountId, workflowId, runId, joined: false, notice });
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
      const runId = await this.joinOpenRun(kind, request);
      // It may have ended in between; then there is nothing in the way of a new one.
      if (runId !== undefined) return { accountId, workflowId, runId, joined: true };
    }
  }

  private async start<R extends AccountRequest>(kind: RunKind<R>, request: R): Promise<string> {
    // Another start may learn meanwhile that the namespace lacks the attributes.
    const { searchable } = this;
    try {
      const handle = await this.client.workflow.start(kind.workflow, {
        workflowId: workflowIdOf(request.accountId),
        taskQueue: this.taskQueue,
        args: [request],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        staticSummary: kind.summary(request),
        staticDetails: kind.details(request, this.client.options.identity),
        typedSearchAttributes: searchable ? searchAttributesOf(request, kind.firstStage) : [],
      });
      return handle.firstExecutionRunId;
    } catch (error) {
      if (!searchable || !isUnknownSearchAttribute(error)) throw error;
      this.searchable = false;
      return this.start(kind, request);
    }
  }

  private async joinOpenRun<R extends AccountRequest>(
    kind: RunKind<R>,
    request: R,
  ): Promise<string | undefined> {
    const { accountId } = request;
    const handle = this.client.workflow.getHandle(workflowIdOf(accountId));
    const { runId, status, type } = await handle.describe();
    if (status.name !== 'RUNNING') return undefined;
    if (type !== kind.workflow) throw new OtherRunOpenError(accountId, type);
    const running = kind.read(await readRunArgument(this.client, { workflowId: handle.workflowId, runId }));
    // Such a run ends with InvalidRequest as soon as a worker sees it.
    if ('problems' in running)
      throw new OtherRunOpenError(accountId, `${type} with a request that is not valid`);
    const differences = diffRequests(running.request, request);
    if (differences.length > 0) throw new RequestDiffersError(accountId, differences);
    return runId;
  }
}
