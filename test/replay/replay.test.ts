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

const options = { workflowBundle: { codePath: WORKFLOW_BUNDLE } };
const replayed = new Map<string, Error | undefined>();

// One worker for all: to start one costs more than a replay.
beforeAll(async () => {
  installLogger(createLogger('error'));
  const histories = recorded.map(read).map(({ workflowId, history }) => ({
    workflowId,
    history: historyFromJSON(history),
  }));
  for await (const { workflowId, error } of Worker.runReplayHistories(options, histories))
    replayed.set(workflowId, error);
});

function read(file: string): Recording {
  return JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as Recording;
}

test.each(recorded)('%s replays as it was recorded', (file) => {
  const { workflowId } = read(file);
  expect(replayed.has(workflowId)).toBe(true);
  expect(replayed.get(workflowId)).toBeUndefined();
});

test('a history that the workflow does not follow is found out', async () => {
  const { workflowId, history } = read('created.json');
  const other = JSON.parse(
    JSON.stringify(history).replaceAll('"waitForActive"', '"waitForPassive"'),
  ) as Recording['history'];
  await expect(Worker.runReplayHistory(options, historyFromJSON(other), workflowId)).rejects.toBeInstanceOf(
    DeterminismViolationError,
  );
});
