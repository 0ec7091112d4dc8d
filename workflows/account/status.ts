import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import {
  defined,
  END_STAGES,
  FIRST_STEPS,
  MAX_NOTES,
  MAX_STEPS,
  SEARCH_ATTRIBUTES,
  STAGES,
  utc,
  type Progress,
  type ProgressFailure,
  type Stage,
} from '../../contract';

/** What a run shows of itself: in the `progress` query, the search attributes, and the current details in the UI. */
export class Status {
  private instanceArn: string | undefined;
  private isPaused = false;
  private heldUntil: string | undefined;
  private failure: ProgressFailure | undefined;
  private readonly steps: { stage: Stage; at: string }[];
  private readonly notes: { at: string; text: string }[] = [];
  private published: { stage: string | undefined; instanceArn: string | undefined };

  constructor(private current: Stage) {
    const { typedSearchAttributes } = workflowInfo();
    this.published = {
      stage: typedSearchAttributes.get(SEARCH_ATTRIBUTES.stage),
      instanceArn: typedSearchAttributes.get(SEARCH_ATTRIBUTES.instanceArn),
    };
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
    setCurrentDetails(asMarkdown(this.progress()));
  }

  /** An upsert is an event, and fails where the namespace lacks the attribute: only what the run was started with. */
  private publish(): void {
    this.show();
    const { stage, instanceArn } = this.published;
    const next = {
      stage: stage === undefined ? undefined : this.current,
      instanceArn: instanceArn === undefined ? undefined : (this.instanceArn ?? ''),
    };
    if (next.stage === stage && next.instanceArn === instanceArn) return;
    upsertSearchAttributes([
      ...(next.stage === undefined ? [] : [{ key: SEARCH_ATTRIBUTES.stage, value: next.stage }]),
      ...(next.instanceArn === undefined
        ? []
        : [{ key: SEARCH_ATTRIBUTES.instanceArn, value: next.instanceArn }]),
    ]);
    this.published = next;
  }
}

function now(): string {
  return new Date().toISOString();
}

/** An empty paragraph (a no-break space): the UI's frame is too low for its text, and cuts off the last line. */
const LAST = '\u00a0';

/** Renders the current details in the UI. What to do comes first, should the rest be too long for a look. */
function asMarkdown(progress: Progress): string {
  const { stage, paused, since, heldUntil, failure, instanceArn, notes = [] } = progress;
  const paragraphs = [
    `**${stage}** since ${utc(since)}: ${heldUntil === undefined ? STAGES[stage] : waitsUntil(heldUntil)}.`,
    paused &&
      '**Paused:** waits for the signal `resume`; until then nothing is written to AWS. `abort` ends the run.',
    failure?.remedy !== undefined && `**What to do:** ${literal(failure.remedy)}`,
    failure !== undefined && `**What happened:** ${literal(named(failure))}`,
    instanceArn !== undefined && `**Instance:** \`${instanceArn}\``,
    notes.length > 0 && notes.map(({ at, text }) => `- ${utc(at)}: ${literal(text)}`).join('\n'),
  ];
  return [...paragraphs.filter((paragraph) => paragraph !== false), LAST].join('\n\n');
}

function waitsUntil(until: string): string {
  return `waits for the signal \`retry\`, or \`abort\` with a reason; fails at ${utc(until)}`;
}

/** Says what happened, with the failure type where AWS's own words do not begin with it. */
function named({ type, whatHappened }: ProgressFailure): string {
  return whatHappened.includes(`${type}: `) ? whatHappened : `${type}: ${whatHappened}`;
}

/** Words of AWS, or of a person, which mean no Markdown. */
function literal(text: string): string {
  return text.replace(/[\\`*_[\]<>|]/g, '\\$&');
}
