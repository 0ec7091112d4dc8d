import pc from 'picocolors';
import type { AccountStatus, PendingActivity, ProgressFailure } from '../client';

/** Whether a line on stdout can be drawn anew. A terminal without a width, as `script` makes them, cannot. */
export function isLiveTerminal(): boolean {
  return process.stdout.isTTY && process.stdout.columns > 0;
}

/** Writes the one JSON document of a verb, or one of a stream's. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** A status as a person reads it. */
export function printStatus(status: AccountStatus): void {
  const { result, failure, pending, notice } = status;
  const rows: [string, string | undefined][] = [
    ['Account', status.accountId],
    ['Stage', colourStage(status.stage)],
    ['Since', status.since],
    ['Outcome', result?.outcome],
    ['Region', result?.region],
    ['Instance', status.instanceArn],
    ['Identity store', result?.identityStoreId],
    ['ClientToken', `${status.clientToken} (generation ${status.generation})`],
    ['Waits for', pending && describePending(pending)],
    ['Failure', failure && pc.red(failure.type)],
    ['What happened', failure && whatHappened(failure)],
    ['Next step', failure?.remedy],
    ['Run', `${status.workflowId} ${status.runId}`],
    ['Note', notice],
  ];
  for (const [label, value] of rows) if (value) print(`${pc.dim(label.padEnd(15))}${value}`);
}

export function colourStage(stage: string): string {
  if (stage === 'active') return pc.green(stage);
  if (stage === 'failed') return pc.red(stage);
  return stage === 'cancelled' ? pc.yellow(stage) : pc.cyan(stage);
}

/** What the server is retrying: the attempt, when it comes, and what the last one said. */
export function describePending({ activity, attempt, failure, nextAttemptAt }: PendingActivity): string {
  const wait = nextAttemptAt === undefined ? 0 : Date.parse(nextAttemptAt) - Date.now();
  const when = wait > 0 ? ` in ${(wait / 1000).toFixed(1)} s` : '';
  return `${activity}, attempt ${attempt}${when}${failure === undefined ? '' : `; ${whatHappened(failure).replace(/^\w+: /, '')}`}`;
}

/** The message without what its surroundings say: the account, the remedy. */
function whatHappened({ message, remedy = '' }: ProgressFailure): string {
  return message.replace(/^Account \d{12}: /, '').replace(` ${remedy}`, '');
}
