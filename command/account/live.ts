import type { AccountStatus } from '../../client';
import { isOpenStatus } from '../../contract';
import { LiveLine, lastStatus } from '../live';
import { colourStage, describePending } from './output';
import { pc } from '../output';

/** Shows a run as it goes, and returns its last status. */
export async function showLive(statuses: AsyncIterable<AccountStatus>): Promise<AccountStatus> {
  const story = new Story();
  try {
    return await lastStatus(statuses, (status) => {
      story.tell(status);
    });
  } finally {
    story.end();
  }
}

/**
 * Tells a run by lines: one for each stage that it went through and one for each attempt that was seen, with the time
 * since the telling began. What had passed before has no time.
 */
class Story {
  private readonly live = new LiveLine();
  private readonly begin = performance.now();
  private readonly told = new Set<string>();
  private isFirst = true;
  private lastAttempt = '';
  private wasPaused = false;

  tell(status: AccountStatus): void {
    const { stage, since, pending, notice, failure, notes = [] } = status;
    // Where no worker answers, a status has no more than the first stage, whatever was told before.
    if (notice === undefined || this.isFirst) {
      this.tellStages(status);
      // Before the attempts, which are those since then.
      this.tellPause(status);
    }
    this.tellAttempt(status);
    if (failure !== undefined && isOpenStatus(status.status))
      this.once(stage === 'held' ? `held ${since}` : failure.message, aside(failure.whatHappened));
    for (const { at, text } of notes) this.once(`${at} ${text}`, aside(text));
    if (notice !== undefined) this.once(notice, pc.yellow(notice));
    if (isOpenStatus(status.status))
      this.live.draw(
        `${stage}${pending === undefined ? '' : ` (${pending.activity}, attempt ${pending.attempt})`}`,
      );
    this.isFirst = false;
  }

  end(): void {
    this.live.stop();
  }

  /** Between two looks a run may pass through several stages: they are told from its steps, not from where it stands. */
  private tellStages({ stage, since, instanceArn = '', steps }: AccountStatus): void {
    for (const step of steps)
      if (step.stage !== stage || step.at !== since)
        this.once(`stage ${step.stage} ${step.at}`, colourStage(step.stage), this.isFirst);
    const text = instanceArn === '' ? colourStage(stage) : `${colourStage(stage.padEnd(17))}${instanceArn}`;
    const key = `stage ${stage} ${since}`;
    // A run may learn which instance is its own while it is in a stage.
    if (this.told.has(key) && instanceArn !== '') this.once(`${key} ${instanceArn}`, text);
    else this.once(key, text);
    this.told.add(`${key} ${instanceArn}`);
  }

  private tellPause({ status, paused }: AccountStatus): void {
    if (paused !== this.wasPaused && isOpenStatus(status))
      this.line(aside(pc.yellow(paused ? 'paused' : 'goes on')));
    this.wasPaused = paused;
  }

  private tellAttempt({ pending }: AccountStatus): void {
    if (pending === undefined || pending.attempt === 1 || pending.failure === undefined) return;
    const { activity, attempt, failure } = pending;
    // After a pause or a retry attempts count from one again.
    const key = `${activity} ${attempt} ${failure.awsRequestId ?? failure.message}`;
    if (key !== this.lastAttempt) this.line(aside(describePending(pending, { withRequestId: false })));
    this.lastAttempt = key;
  }

  private once(key: string, text: string, hasPassed = false): void {
    if (!this.told.has(key)) this.line(text, hasPassed);
    this.told.add(key);
  }

  private line(text: string, hasPassed = false): void {
    const time = hasPassed ? '' : `${((performance.now() - this.begin) / 1000).toFixed(1)} s`;
    this.live.print(`${pc.dim(time.padStart(8))}  ${text}`);
  }
}

/** Puts what is said about a stage under its name. */
function aside(text: string): string {
  return `${' '.repeat(17)}${text}`;
}
