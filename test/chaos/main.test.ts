import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { WORKFLOW_BUNDLE } from '../../worker';

const CHAOS = path.join(path.dirname(WORKFLOW_BUNDLE), 'chaos', 'main.js');

test('a short run of chaos: every promise is kept', async () => {
  // Its exit code is 1 where one is broken, and its output then has the timeline.
  const ran = promisify(execFile)(process.execPath, [CHAOS, '--seed', '7', '--minutes', '0.1']);
  const { stdout } = await ran.catch((error: unknown) => error as { stdout: string });
  expect(stdout).toMatch(/, [1-9]\d* fleets, 0 violations/);
}, 360_000);
