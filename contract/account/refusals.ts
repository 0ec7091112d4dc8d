import { ApplicationFailure } from '@temporalio/common';
import { defined } from '../defined';
import { invalidRequest } from '../failures/invalid-request';
import { failureMessage, nextStep } from '../failures/message';
import { MOST_NAMED, type Problem } from '../validation';
import { describeRequestDifferences, REFUSAL_TYPES, type EnsureRefusal } from './ensure';
import type { FieldDifference } from './run-argument';

/** Why a request is refused, and the message that says it to people: the same for whoever asks the run itself, or by Nexus. */
export interface Refused {
  refusal: EnsureRefusal;
  message: string;
}

/** Refuses a request that differs from that of the open run. */
export function refuseDiffering(accountId: string, differences: readonly FieldDifference[]): Refused {
  const remedy =
    'Wait for it with the same request, or cancel it and start again; in a hold, "retry" takes another name or other tags.';
  return {
    refusal: { situation: 'requestDiffers', accountId, remedy, differences: [...differences] },
    message: `Account ${accountId}: an open run was asked for something else: ${describeRequestDifferences(differences)}. ${remedy}`,
  };
}

/**
 * Refuses a request while a run is open that does not do what is asked: of another kind, or about to end.
 *
 * @param why what is the matter with it, where its type does not say it
 */
export function refuseOtherRun(accountId: string, workflowType: string, why?: string): Refused {
  const remedy = 'Wait until it has ended, or end it; then ask again.';
  return {
    refusal: defined({ situation: 'otherRunOpen' as const, accountId, remedy, workflowType, why }),
    message: `Account ${accountId}: a run of ${workflowType}${why === undefined ? '' : ` ${why}`} is open. ${remedy}`,
  };
}

/** Refuses a request that is not valid. */
export function refuseInvalid(workflowId: string, problems: readonly Problem[]): Refused {
  const parts = invalidRequest(workflowId, problems);
  const { accountId } = parts;
  const named = problems.slice(0, MOST_NAMED);
  return {
    refusal: { situation: 'invalidRequest', accountId, remedy: nextStep(parts), problems: named },
    message: failureMessage(parts),
  };
}

/** Makes the failure that carries a refusal. */
export function refusalFailure({ refusal, message }: Refused): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, REFUSAL_TYPES[refusal.situation], refusal);
}
