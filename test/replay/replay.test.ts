import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { DeterminismViolationError } from '@temporalio/workflow';
import { Worker } from '@temporalio/worker';
import { createLogger, installLogger, WORKFLOW_BUNDLE } from '../../worker';

const FOLDER = path.join(__dirname, '..', 'histories');
const recorded = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));

interface Recording {
  workflowId: string;
  history: { events: { eventType: string }[] };
}

beforeAll(() => {
  installLogger(createLogger('error'));
});

function read(file: string): Recording {
  return JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as Recording;
}

async function replay({ workflowId, history }: Recording): Promise<void> {
  await Worker.runReplayHistory(
    { workflowBundle: { codePath: WORKFLOW_BUNDLE } },
    historyFromJSON(history),
    workflowId,
  );
}

test.each(recorded)('%s replays as it was recorded', async (file) => {
  await replay(read(file));
});

test('a history that the workflow does not follow is found out', async () => {
  const { workflowId, history } = read('created.json');
  const other = JSON.parse(
    JSON.stringify(history).replaceAll('"createInstance"', '"makeInstance"'),
  ) as Recording['history'];
  await expect(replay({ workflowId, history: other })).rejects.toBeInstanceOf(DeterminismViolationError);
});
