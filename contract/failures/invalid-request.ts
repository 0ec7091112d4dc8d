import { defined } from '../defined';
import { accountIdOf } from '../names';
import { describeProblems, isUnknownField, type Problem } from '../validation';
import type { FailureParts } from './message';
import { FAILURES } from './table';

const NEWER_RELEASE =
  'A field that these workers do not know may be one of a newer release: upgrade the workers, or leave it out.';

/** Makes the parts of the failure of a request that is not valid. */
export function invalidRequest(workflowId: string, problems: readonly Problem[]): FailureParts {
  const hasUnknown = problems.some(isUnknownField);
  return defined({
    situation: 'invalidRequest' as const,
    accountId: accountIdOf(workflowId) ?? '(unknown)',
    detail: describeProblems(problems),
    remedy: hasUnknown ? `${FAILURES.invalidRequest.remedy} ${NEWER_RELEASE}` : undefined,
  });
}
