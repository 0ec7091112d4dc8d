import ora from 'ora';
import pc from 'picocolors';
import type { AccountStatus } from '../client';
import { colourStage, describePending, isLiveTerminal, print } from './output';

/**
 * Shows a run as it goes: a line for each stage and each attempt, with the time since it began; in a terminal also a line
 * that lives. Returns the last status.
 */
export async function showLive(statuses: AsyncIterable<AccountStatus>): Promise<AccountStatus> {
  const spinner = isLiveTerminal() ? ora({ discardStdin: false, stream: process.stdout }) : undefined;
  const start = performance.now();
  const shown = new Set<string>();
  let last: AccountStatus | undefined;
  let lastAttempt = '';
  let wasPaused = false;
  const line = (text: string) => {
    spinner?.stop();
    print(`${pc.dim(`${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s`)}  ${text}`);
  };
  try {
    for await (const status of statuses) {
      last = status;
      const { stage, pending, instanceArn, notice, paused, failure, notes = [] } = status;
      const once = (key: string, text: string) => {
        if (!shown.has(key)) line(text);
        shown.add(key);
      };
      once(
        `${stage} ${status.since} ${instanceArn ?? ''}`,
        `${colourStage(stage.padEnd(17))}${instanceArn ?? ''}`,
      );
      // Before the attempts, which are those since then.
      if (paused !== wasPaused && status.status === 'RUNNING')
        line(aside(pc.yellow(paused ? 'paused' : 'goes on')));
      wasPaused = paused;
      if (pending !== undefined && pending.attempt > 1 && pending.failure !== undefined) {
        const { activity, attempt, failure: said } = pending;
        // After a pause or a retry attempts count from one again.
        const key = `${activity} ${attempt} ${said.awsRequestId ?? said.message}`;
        if (key !== lastAttempt) line(aside(describePending(pending).replace(/ \(request [\w-]+\)/, '')));
        lastAttempt = key;
      }
      if (stage === 'held' && failure !== undefined)
        once(`held ${status.since}`, aside(failure.whatHappened));
      for (const { at, text } of notes) once(`${at} ${text}`, aside(text));
      if (notice !== undefined) once(notice, pc.yellow(notice));
      if (spinner !== undefined && status.status === 'RUNNING') {
        spinner.start(
          `${stage}${pending === undefined ? '' : ` (${pending.activity}, attempt ${pending.attempt})`}`,
        );
      }
    }
  } finally {
    spinner?.stop();
  }
  if (last === undefined) throw new Error('the run gave no status');
  return last;
}

/** What is said about a stage, under its name. */
function aside(text: string): string {
  return `${' '.repeat(17)}${text}`;
}

/** The last status of a run that nobody watches. */
export async function lastOf(statuses: AsyncIterable<AccountStatus>): Promise<AccountStatus> {
  let last: AccountStatus | undefined;
  for await (const status of statuses) last = status;
  if (last === undefined) throw new Error('the run gave no status');
  return last;
}
