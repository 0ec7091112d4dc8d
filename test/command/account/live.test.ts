import type { AccountStatus, Stage } from '../../../client';
import { showLive } from '../../../command/account/live';

// Draws in terminals only, and brings modules that Jest does not load.
jest.mock('ora', () => ({ __esModule: true, default: () => undefined }));

const ACCOUNT = '111122223333';
const after = (seconds: number) => new Date(Date.UTC(2026, 2, 1, 8) + seconds * 1_000).toISOString();

/** A status of a run that went through these stages, one a second. */
function passedThrough(stages: readonly Stage[], more: Partial<AccountStatus> = {}): AccountStatus {
  const steps = stages.map((stage, index) => ({ stage, at: after(index) }));
  const { stage = 'creating', at: since = after(0) } = steps.at(-1) ?? {};
  return {
    accountId: ACCOUNT,
    workflowId: `identity-center/${ACCOUNT}`,
    runId: 'run',
    workflowType: 'provisionIdentityCenter',
    status: 'RUNNING',
    startedAt: after(0),
    stage,
    since,
    paused: false,
    steps,
    ...more,
  };
}

async function* each(statuses: readonly AccountStatus[]): AsyncGenerator<AccountStatus> {
  yield* statuses;
}

/** The lines that are printed for these statuses; a time is written as `s`. */
async function linesFor(...statuses: AccountStatus[]): Promise<string[]> {
  let text = '';
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  try {
    await showLive(each(statuses));
  } finally {
    write.mockRestore();
  }
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^ *\d+\.\d s {2}/, 's ').trim());
}

test('stages that pass between two looks are told, each once and in their order', async () => {
  const lines = await linesFor(
    passedThrough(['creating']),
    passedThrough(['creating', 'reconciling', 'creating', 'waitingForActive']),
    passedThrough(['creating', 'reconciling', 'creating', 'waitingForActive', 'active'], {
      status: 'COMPLETED',
      instanceArn: 'arn:1',
    }),
  );
  expect(lines).toEqual([
    's creating',
    's reconciling',
    's creating',
    's waitingForActive',
    expect.stringMatching(/^s active +arn:1$/),
  ]);
});

test('what had passed before the first look is told without a time', async () => {
  const lines = await linesFor(
    passedThrough(['creating', 'waitingForActive', 'active'], { status: 'COMPLETED' }),
  );
  expect(lines).toEqual(['creating', 'waitingForActive', 's active']);
});

test('a stage is told again where its instance becomes known, and only then', async () => {
  const stages = ['creating', 'waitingForActive'] as const;
  const lines = await linesFor(
    passedThrough(stages),
    passedThrough(stages, { instanceArn: 'arn:1' }),
    passedThrough(stages, { instanceArn: 'arn:1', paused: true }),
    passedThrough([...stages, 'active'], { status: 'COMPLETED', instanceArn: 'arn:1' }),
  );
  expect(lines).toEqual([
    'creating',
    's waitingForActive',
    expect.stringMatching(/^s waitingForActive +arn:1$/),
    expect.stringMatching(/^s +paused$/),
    expect.stringMatching(/^s active +arn:1$/),
  ]);
});

test('of a run whose steps are not all remembered, those that are left are told', async () => {
  const first = passedThrough(['creating', 'reconciling']);
  const steps = [
    { stage: 'creating' as const, at: after(0) },
    { stage: 'reconciling' as const, at: after(80) },
    { stage: 'held' as const, at: after(81) },
  ];
  const lines = await linesFor(first, { ...first, stage: 'held', since: after(81), steps });
  expect(lines).toEqual(['creating', 's reconciling', 's reconciling', 's held']);
});

test('while no worker answers, nothing is told that was passed already, but that none answers', async () => {
  const running = passedThrough(['creating', 'waitingForActive'], { paused: true });
  const unanswered = passedThrough([], { notice: 'No worker answers.' });
  const lines = await linesFor(passedThrough(['creating']), running, unanswered, running);
  expect(lines).toEqual([
    's creating',
    's waitingForActive',
    expect.stringMatching(/^s +paused$/),
    's No worker answers.',
  ]);
});

test('a run of which nothing but its end is known', async () => {
  const ended = passedThrough(['failed'], { status: 'TERMINATED', steps: [] });
  await expect(linesFor(passedThrough(['creating']), ended)).resolves.toEqual(['s creating', 's failed']);
});
