import { STAGES, utc, type Progress, type ProgressFailure } from '../../contract';

/** An empty paragraph (a no-break space): the UI's frame is too low for its text, and cuts off the last line. */
const LAST = '\u00a0';

/** A run's progress as the Markdown that the Temporal UI shows as its current details. */
export function describeProgress(progress: Progress): string {
  const { stage, paused, since, heldUntil, failure, instanceArn, notes = [] } = progress;
  // What to do comes first, should the rest be too long for a look.
  const paragraphs = [
    `**${stage}** since ${utc(since)}: ${heldUntil === undefined ? STAGES[stage] : waitsFor(heldUntil)}.`,
    paused &&
      '**Paused:** waits for the signal `resume`; until then nothing is written to AWS. `abort` ends the run.',
    failure?.remedy !== undefined && `**What to do:** ${literal(failure.remedy)}`,
    failure !== undefined && `**What happened:** ${literal(named(failure))}`,
    instanceArn !== undefined && `**Instance:** \`${instanceArn}\``,
    notes.length > 0 && notes.map(({ at, text }) => `- ${utc(at)}: ${literal(text)}`).join('\n'),
  ];
  return [...paragraphs.filter((paragraph) => paragraph !== false), LAST].join('\n\n');
}

function waitsFor(until: string): string {
  return `waits for the signal \`retry\`, or \`abort\` with a reason; fails at ${utc(until)}`;
}

/** What happened, with the failure type where AWS's own words do not begin with it. */
function named(failure: ProgressFailure): string {
  const said = failure.whatHappened;
  return said.includes(`${failure.type}: `) ? said : `${failure.type}: ${said}`;
}

/** Words of AWS, or of a person, which mean no Markdown. */
function literal(text: string): string {
  return text.replace(/[\\`*_[\]<>|]/g, '\\$&');
}
