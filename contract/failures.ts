import { oneLine } from './one-line';
import type { ProgressFailure } from './progress';
import { SITUATIONS, type Situation, type SituationName } from './situations';

/** What an activity's failure carries in its details, beside type and message. */
export interface FailureDetails {
  situation: SituationName;
  accountId: string;
  /** The AWS operation, such as `CreateInstance`; absent where the failure is the run's own. */
  operation?: string;
  awsRequestId?: string;
  httpStatus?: number;
  /** AWS's own words. */
  detail?: string;
  remedy: string;
}

/** What an ApplicationFailure of ours is made of, on whatever side it is read. */
interface FailureLike {
  readonly type?: string | undefined | null;
  readonly message: string;
  readonly details?: readonly unknown[] | undefined | null;
}

/** The details of a failure of ours; `undefined` for any other. */
export function failureDetails({ details }: FailureLike): FailureDetails | undefined {
  const first = details?.[0];
  return typeof first === 'object' && first !== null && 'situation' in first
    ? (first as FailureDetails)
    : undefined;
}

/** A failure as people and pipelines read it. */
export function describeFailure(failure: FailureLike): ProgressFailure {
  const details = failureDetails(failure);
  return {
    type: failure.type ?? 'Unknown',
    message: failure.message,
    ...(details?.awsRequestId !== undefined && { awsRequestId: details.awsRequestId }),
    ...(details !== undefined && { remedy: details.remedy }),
  };
}

/** A failure that a run is held with: its next step is to retry, not to start again. */
export function describeHeldFailure(failure: FailureLike): ProgressFailure {
  const described = describeFailure(failure);
  const details = failureDetails(failure);
  if (details === undefined) return described;
  const { remedyInHold }: Situation = SITUATIONS[details.situation];
  const remedy =
    remedyInHold ??
    details.remedy.replace('Start the run again', 'Retry').replace('start the run again', 'retry');
  return { ...described, message: described.message.replace(details.remedy, remedy), remedy };
}

/** The message of a failure without what its surroundings say: the account, the remedy. */
export function whatHappened({ message, remedy }: ProgressFailure): string {
  const said = message.replace(/^Account \d{12}: /, '');
  return remedy === undefined ? said : said.replace(` ${remedy}`, '');
}

/** The one-line message of a failure: the account, what happened, AWS's own words, the next step. */
export function failureMessage(parts: {
  accountId: string;
  situation: SituationName;
  operation?: string;
  /** AWS's words, or what else makes the cause plain. */
  detail?: string;
  awsRequestId?: string;
  /** The next step, where it can be said more exactly than the table does. */
  remedy?: string;
}): string {
  const { meaning, remedy } = {
    ...SITUATIONS[parts.situation],
    ...(parts.remedy !== undefined && { remedy: parts.remedy }),
  };
  const request = parts.awsRequestId === undefined ? '' : ` (request ${parts.awsRequestId})`;
  const detail = parts.detail === undefined ? '' : `: ${oneLine(parts.detail, 600).replace(/\.$/, '')}`;
  const call = parts.operation === undefined ? '' : `${parts.operation}: `;
  return `Account ${parts.accountId}: ${call}${meaning}${detail}${request}. ${remedy}`;
}
