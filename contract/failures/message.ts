import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { ProgressFailure } from '../account/progress';
import { defined } from '../defined';
import { oneLine } from '../text';
import { FAILURES, type FailureRow, type Situation } from './table';

/** What a failure of ours is made of. Its message, and all else that people read of it, is rendered from these parts. */
export interface FailureParts {
  situation: Situation;
  accountId: string;
  /** The AWS operation, such as `CreateInstance`; absent where the failure is the run's own. */
  operation?: string;
  /** AWS's own words, or what else makes the cause plain. */
  detail?: string;
  awsRequestId?: string;
  httpStatus?: number;
  /** The next step, where it can be said more exactly than the table does. */
  remedy?: string;
}

/** The first of the details of an ApplicationFailure of ours: its parts, with the next step in a run spelled out. */
export type FailureDetails = FailureParts & { remedy: string };

/** Where a next step is taken: in a run that has ended, in one that is held, or where accounts are only looked at. */
type FailurePlace = 'run' | 'hold' | 'plan' | 'audit' | 'check';

/** An ApplicationFailure, on whatever side it is read. */
interface FailureLike {
  readonly type?: string | undefined | null;
  readonly message: string;
  readonly details?: readonly unknown[] | undefined | null;
}

const LONGEST_DETAIL = 600;

/** How a failure is handed over. */
interface FailureOptions {
  /** Default: the first of its situation's own. */
  type?: string;
  cause?: Error;
  /** Milliseconds until the activity is tried again; default: it never is. */
  nextRetryDelay?: number;
  /** No failure to anybody, and kept out of logs and metrics. */
  isBenign?: boolean;
}

/** Makes the ApplicationFailure of these parts, which it carries as its details. */
export function makeFailure(
  parts: FailureParts,
  { type = FAILURES[parts.situation].types[0], cause, nextRetryDelay, isBenign = false }: FailureOptions = {},
): ApplicationFailure {
  const details: FailureDetails = { ...parts, remedy: nextStep(parts) };
  return ApplicationFailure.create({
    type,
    message: failureMessage(parts),
    details: [details],
    nonRetryable: nextRetryDelay === undefined,
    ...defined({ cause, nextRetryDelay, category: isBenign ? ApplicationFailureCategory.BENIGN : undefined }),
  });
}

/** Reads the parts of a failure back; `undefined` where it is none of ours. */
export function readFailureParts({ details }: FailureLike): FailureDetails | undefined {
  const first = details?.[0];
  if (typeof first !== 'object' || first === null || !('situation' in first)) return undefined;
  const { situation } = first;
  return typeof situation === 'string' && Object.hasOwn(FAILURES, situation)
    ? (first as FailureDetails)
    : undefined;
}

/** Says what happened, for people: the call, what the failure means, AWS's own words. One line, without the account. */
export function whatHappened({
  situation,
  operation,
  detail,
  awsRequestId,
}: Omit<FailureParts, 'accountId'>): string {
  const call = operation === undefined ? '' : `${operation}: `;
  const words = detail === undefined ? '' : `: ${oneLine(detail, LONGEST_DETAIL).replace(/\.$/, '')}`;
  const request = awsRequestId === undefined ? '' : ` (request ${awsRequestId})`;
  return `${call}${FAILURES[situation].meaning}${words}${request}.`;
}

/** Says what a person does next. */
export function nextStep(
  { situation, remedy }: Pick<FailureParts, 'situation' | 'remedy'>,
  place: FailurePlace = 'run',
): string {
  const row: FailureRow = FAILURES[situation];
  const { remedyInHold: hold, remedyInPlan: plan, remedyInCheck: check } = row;
  const audit = plan?.replace(/(?<=^|\W)plan again/, 'audit again').replace(/^Plan again/, 'Audit again');
  const here = { run: undefined, hold, plan, audit, check }[place];
  return here ?? remedy ?? row.remedy;
}

/** Renders the one-line message of a failure: the account, what happened, the next step. */
export function failureMessage(parts: FailureParts, place: FailurePlace = 'run'): string {
  return `Account ${parts.accountId}: ${whatHappened(parts)} ${nextStep(parts, place)}`;
}

/** Describes a failure for people and pipelines; one that is not ours says nothing but its own message. */
export function describeFailure(failure: FailureLike, place: FailurePlace = 'run'): ProgressFailure {
  const type = failure.type ?? 'Unknown';
  const parts = readFailureParts(failure);
  if (parts === undefined) return { type, message: failure.message, whatHappened: failure.message };
  return defined({
    type,
    situation: parts.situation,
    message: failureMessage(parts, place),
    whatHappened: whatHappened(parts),
    awsRequestId: parts.awsRequestId,
    remedy: nextStep(parts, place),
  });
}
