import { setCurrentDetails } from '@temporalio/workflow';
import {
  defined,
  END_STAGES,
  FIRST_STEPS,
  MAX_NOTES,
  MAX_STEPS,
  oneLine,
  searchAttributesOf,
  STAGES,
  utc,
  type Progress,
  type ProgressFailure,
  type Stage,
} from '../../contract';
import { askedBy, fleetName } from './asked';
import { literal, paragraphs } from '../shared/markdown';
import { SearchAttributes } from './search-attributes';

/** What a run is about. */
interface Subject {
  accountId: string;
  region?: string | undefined;
}

/** What a run shows of itself: in the `progress` query, the search attributes, and the current details in the UI. */
export class Status {
  private instanceArn: string | undefined;
  private isPaused = false;
  private heldUntil: string | undefined;
  private failure: ProgressFailure | undefined;
  private readonly steps: { stage: Stage; at: string }[];
  private readonly notes: { at: string; text: string }[] = [];
  private readonly searchAttributes = new SearchAttributes();

  /** @param asked what was asked, on one line */
  constructor(
    private current: Stage,
    private readonly subject: Subject,
    private asked: string,
  ) {
    this.steps = [{ stage: current, at: now() }];
    this.publish();
  }

  get stage(): Stage {
    return this.current;
  }

  get paused(): boolean {
    return this.isPaused;
  }

  /** Enters a stage; the present one is not entered anew. */
  setStage(stage: Stage): void {
    if (this.current !== stage) {
      this.current = stage;
      this.heldUntil = undefined;
      // An ended run waits for nobody.
      if (END_STAGES.includes(stage)) this.isPaused = false;
      this.steps.push({ stage, at: now() });
      if (this.steps.length > MAX_STEPS) this.steps.splice(FIRST_STEPS, 1);
    }
    this.publish();
  }

  /** Enters the stage `held`, which ends by itself at a time. */
  setHeld(until: Date): void {
    this.setStage('held');
    this.heldUntil = until.toISOString();
    this.show();
  }

  /** Shows what is asked for from now on. */
  setAsked(asked: string): void {
    this.asked = asked;
    this.show();
  }

  setPaused(paused: boolean): void {
    this.isPaused = paused;
    this.show();
  }

  /** Shows the failure that the run is dealing with, or ends with; `undefined` where it is dealt with. */
  showFailure(failure: ProgressFailure | undefined): void {
    this.failure = failure;
    this.show();
  }

  /** Sets the instance that the run goes on with; it is shown with the next stage. */
  setInstance(instanceArn: string | undefined): void {
    this.instanceArn = instanceArn;
  }

  addNote(text: string): void {
    this.notes.push({ at: now(), text });
    if (this.notes.length > MAX_NOTES) this.notes.shift();
    this.show();
  }

  progress(): Progress {
    return defined({
      stage: this.current,
      askedBy: askedBy(),
      instanceArn: this.instanceArn,
      paused: this.isPaused,
      failure: this.failure,
      since: this.steps.at(-1)?.at ?? '',
      heldUntil: this.heldUntil,
      steps: this.steps,
      notes: this.notes.length > 0 ? this.notes : undefined,
    });
  }

  private show(): void {
    setCurrentDetails(asMarkdown(this.asked, this.progress()));
  }

  private publish(): void {
    this.show();
    this.searchAttributes.set(searchAttributesOf(this.subject, this.current, fleetName(), this.instanceArn));
  }
}

function now(): string {
  return new Date().toISOString();
}

const LONGEST_NAME = 200;

/**
 * Renders the current details in the UI: what was asked and by whom, which the UI has nowhere else for a run that another
 * language has started, then what to do, should the rest be too long for a look.
 */
function asMarkdown(asked: string, progress: Progress): string {
  const { stage, paused, since, heldUntil, failure, instanceArn, notes = [] } = progress;
  const by = askedBy();
  return paragraphs([
    `**Asked:** ${literal(asked)}${by === undefined ? '' : `; by ${literal(oneLine(by, LONGEST_NAME))}`}`,
    `**${stage}** since ${utc(since)}: ${heldUntil === undefined ? STAGES[stage] : waitsUntil(heldUntil)}.`,
    asksAws(progress) &&
      'Attempts, what AWS last said and when the next one comes: the tab **Pending Activities**.',
    paused &&
      '**Paused:** waits for the signal `resume`; until then nothing is written to AWS. `abort` ends the run.',
    failure?.remedy !== undefined && `**What to do:** ${literal(failure.remedy)}`,
    failure !== undefined && `**What happened:** ${literal(named(failure))}`,
    instanceArn !== undefined && `**Instance:** \`${instanceArn}\``,
    notes.length > 0 && notes.map(({ at, text }) => `- ${utc(at)}: ${literal(text)}`).join('\n'),
  ]);
}

/** Whether it is an activity, which the server retries, that knows how it goes: the workflow hears of its end only. */
function asksAws({ stage, paused }: Progress): boolean {
  return !paused && stage !== 'held' && !END_STAGES.includes(stage);
}

function waitsUntil(until: string): string {
  return `waits for the signal \`retry\`, or \`abort\` with a reason; fails at ${utc(until)}`;
}

/** Says what happened, with the failure type where AWS's own words do not begin with it. */
function named({ type, whatHappened }: ProgressFailure): string {
  return whatHappened.includes(`${type}: `) ? whatHappened : `${type}: ${whatHappened}`;
}
