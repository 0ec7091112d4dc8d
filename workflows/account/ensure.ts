import { ApplicationFailure, defineUpdate, setHandler, workflowInfo } from '@temporalio/workflow';
import {
  defined,
  describeRequestDifferences,
  diffRequests,
  ENSURE_DESCRIPTION,
  ENSURE_UPDATE,
  failureMessage,
  MOST_NAMED,
  nextStep,
  readRequest,
  REFUSAL_TYPES,
  workflowIdOf,
  type EnsureRefusal,
  type Problem,
  type Progress,
  type ProvisionRequest,
  type ReadRequest,
} from '../../contract';
import { invalidRequest } from '../shared/invalid-request';

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

/** Why an `ensure` is refused, and the message that says it to people. */
interface Refused {
  refusal: EnsureRefusal;
  message: string;
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
    const refused = 'problems' in read ? notValid(read.problems) : refuse(read.request);
    if (refused === undefined) return;
    const { refusal, message } = refused;
    throw ApplicationFailure.nonRetryable(message, REFUSAL_TYPES[refusal.situation], refusal);
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

function notValid(problems: Problem[]): Refused {
  const parts = invalidRequest(workflowInfo().workflowId, problems);
  const { accountId } = parts;
  const named = problems.slice(0, MOST_NAMED);
  return {
    refusal: { situation: 'invalidRequest', accountId, remedy: nextStep(parts), problems: named },
    message: failureMessage(parts),
  };
}

function otherRunOpen(accountId: string, why?: string): Refused {
  const { workflowType } = workflowInfo();
  const remedy = 'Wait until it has ended, or end it; then ask again.';
  return {
    refusal: defined({ situation: 'otherRunOpen' as const, accountId, remedy, workflowType, why }),
    message: `Account ${accountId}: a run of ${workflowType}${why === undefined ? '' : ` ${why}`} is open. ${remedy}`,
  };
}

function differs(running: ProvisionRequest, asked: ProvisionRequest): Refused | undefined {
  const differences = diffRequests(running, asked);
  if (differences.length === 0) return undefined;
  const { accountId } = asked;
  const remedy =
    'Wait for it with the same request, or cancel it and start again; in a hold, "retry" takes another name or other tags.';
  return {
    refusal: { situation: 'requestDiffers', accountId, remedy, differences },
    message: `Account ${accountId}: an open run was asked for something else: ${describeRequestDifferences(differences)}. ${remedy}`,
  };
}
