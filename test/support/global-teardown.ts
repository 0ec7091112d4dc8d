import { rmSync } from 'node:fs';
import { ROLE_POLICY } from '../../activities/aws/policies';
import { CALLS_VARIABLE, keptActions } from './aws-calls';

/**
 * Ends the server that all test files share, and holds the policy of the role against what the workers of the whole suite
 * have called.
 *
 * @throws Error where the policy lacks an action, or, after the whole suite, has one that nothing took
 */
export default async function endSuite({ testPathPatterns, testNamePattern }: PartOfSuite): Promise<void> {
  await globalThis.sharedTemporalServer?.stop();
  const folder = process.env[CALLS_VARIABLE];
  if (folder === undefined) return;
  const called = keptActions(folder);
  rmSync(folder, { recursive: true, force: true });
  const allowed = ROLE_POLICY.Statement.flatMap(({ Action }) => Action);
  const lacking = called.filter((action) => !allowed.includes(action));
  const isWhole = isNone(testPathPatterns) && isNone(testNamePattern);
  const exceeding = isWhole ? allowed.filter((action) => !called.includes(action)) : [];
  if (lacking.length + exceeding.length === 0) return;
  throw new Error(
    `The policy of the role (activities/aws/policies.ts) is not that of the calls of the suite. It lacks: ${lacking.join(', ') || 'nothing'}. Nothing took: ${exceeding.join(', ') || 'nothing'}.`,
  );
}

/** What Jest was asked for, in its own configuration. */
interface PartOfSuite {
  testPathPatterns?: unknown;
  testNamePattern?: unknown;
}

/** Whether Jest was asked for no part of the suite. */
function isNone(pattern: unknown): boolean {
  const patterns = (pattern as { patterns?: unknown[] } | undefined | null)?.patterns;
  return pattern === undefined || pattern === null || pattern === '' || patterns?.length === 0;
}
