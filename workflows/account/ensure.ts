import { defineUpdate, setHandler, workflowInfo } from '@temporalio/workflow';
import {
  diffRequests,
  ENSURE_DESCRIPTION,
  ENSURE_UPDATE,
  readRequest,
  refusalFailure,
  refuseDiffering,
  refuseInvalid,
  refuseOtherRun,
  workflowIdOf,
  type Progress,
  type ProvisionRequest,
  type ReadRequest,
  type Refused,
} from '../../contract';

/** What an `ensure` is held against. */
interface OpenRun {
  /** What is asked for, as corrected. */
  asked(): ProvisionRequest;
  /** Why nothing comes of the run any more. */
  ending(): string | undefined;
  progress: () => Progress;
}

/** Answers `ensure` in a run that provisions: it is joined where it was asked for the same. */
export function handleEnsure(run: OpenRun): void {
  answerUnless((request) => {
    const ending = run.ending();
    return ending === undefined ? differs(run.asked(), request) : otherRunOpen(request.accountId, ending);
  }, run.progress);
}

/**
 * Refuses `ensure` in a run that does not provision.
 *
 * @param why what is the matter with it, where its type does not say it
 */
export function refuseEnsure(why?: string): void {
  answerUnless(({ accountId }) => otherRunOpen(accountId, why));
}

/**
 * Sets the handler. A refusal comes from its validator, before the Update is accepted: so it leaves no event of its own in the
 * history of a run that has nothing to do with it.
 */
function answerUnless(
  refuse: (request: ProvisionRequest) => Refused | undefined,
  answer?: () => Progress,
): void {
  const validator = (argument: unknown) => {
    const read = readEnsured(argument);
    const refused =
      'problems' in read ? refuseInvalid(workflowInfo().workflowId, read.problems) : refuse(read.request);
    if (refused !== undefined) throw refusalFailure(refused);
  };
  // The argument may be missing, which the SDK's type of an Update cannot say.
  setHandler(defineUpdate<Progress | undefined, [unknown]>(ENSURE_UPDATE), () => answer?.(), {
    description: ENSURE_DESCRIPTION,
    validator,
  });
}

function readEnsured(argument: unknown): ReadRequest<ProvisionRequest> {
  if (typeof argument === 'symbol')
    return { problems: [{ field: 'request', message: 'cannot be read as JSON' }] };
  const read = readRequest(argument);
  const { workflowId } = workflowInfo();
  if ('problems' in read || workflowIdOf(read.request.accountId) === workflowId) return read;
  return { problems: [{ field: 'accountId', message: `must be that of the workflow ID, ${workflowId}` }] };
}

function otherRunOpen(accountId: string, why?: string): Refused {
  return refuseOtherRun(accountId, workflowInfo().workflowType, why);
}

function differs(running: ProvisionRequest, asked: ProvisionRequest): Refused | undefined {
  const differences = diffRequests(running, asked);
  return differences.length === 0 ? undefined : refuseDiffering(asked.accountId, differences);
}
