import { rmSync } from 'node:fs';
import { ORGANIZATION_POLICY, rolePolicy, type IamPolicy } from '../../activities/aws/policies';
import { CALLS_VARIABLE, keptActions } from './aws-calls';

/**
 * Ends the server that all test files share, and holds the policies of the roles against what the workers of the whole suite
 * have called.
 *
 * @throws Error where a policy lacks an action, or, after the whole suite, has one that nothing took
 */
export default async function endSuite(asked: Asked, project: Project): Promise<void> {
  await globalThis.sharedTemporalServer?.stop();
  const folder = process.env[CALLS_VARIABLE];
  if (folder === undefined) return;
  const called = keptActions(folder);
  rmSync(folder, { recursive: true, force: true });
  const role = rolePolicy({
    topicArns: [],
    eventBusArns: [],
    parametersInAccounts: ['any'],
    ownParameters: [],
  });
  const whole = isWhole(asked, project);
  const wrong = [
    ...compare('role', role, called.role, whole),
    ...compare('organization', ORGANIZATION_POLICY, called.organization, whole),
  ];
  if (wrong.length > 0) throw new Error(wrong.join(' '));
}

/** Says how a policy is not that of the calls. */
function compare(name: string, { Statement }: IamPolicy, called: string[], whole: boolean): string[] {
  const allowed = Statement.flatMap(({ Action }) => Action);
  const lacking = called.filter((action) => !allowed.includes(action));
  const exceeding = whole ? allowed.filter((action) => !called.includes(action)) : [];
  if (lacking.length + exceeding.length === 0) return [];
  return [
    `The policy "${name}" (activities/aws/policies.ts) is not that of the calls of the suite. It lacks: ${lacking.join(', ') || 'nothing'}. Nothing took: ${exceeding.join(', ') || 'nothing'}.`,
  ];
}

/** What Jest was asked for, in its own configuration. */
interface Asked {
  testPathPatterns: { patterns: readonly string[] };
  testNamePattern?: string;
  onlyChanged: boolean;
  shard?: object;
}

interface Project {
  testMatch: readonly string[];
}

/** Whether Jest was asked for the whole suite, and not for a part of it, or for what records histories. */
function isWhole(
  { testPathPatterns, testNamePattern, onlyChanged, shard }: Asked,
  { testMatch }: Project,
): boolean {
  const isPart =
    testPathPatterns.patterns.length > 0 || Boolean(testNamePattern) || onlyChanged || shard !== undefined;
  return !isPart && testMatch.some((pattern) => pattern.endsWith('/test/**/*.test.ts'));
}
