import { STAGES, whatHappened, type Progress } from '../contract';

/** A run's progress as the Markdown that the Temporal UI shows as its current details. */
export function describeProgress(progress: Progress): string {
  const { stage, paused, since, heldUntil, failure, instanceArn, notes = [] } = progress;
  // The UI shows about eight lines before it scrolls: what to do comes first.
  const paragraphs = [
    `**${stage}**${paused ? ', **paused**' : ''} since ${readable(since)}: ${STAGES[stage]}.`,
    paused &&
      '**Waits for** the signal `resume`; until then nothing is written to AWS. `abort` ends the run.',
    heldUntil !== undefined &&
      `**Waits for** the signal \`retry\`, or \`abort\` with a reason; ends as failed at ${readable(heldUntil)}.`,
    failure?.remedy !== undefined && `**What to do:** ${literal(failure.remedy)}`,
    failure !== undefined && `**What happened** (\`${failure.type}\`): ${literal(whatHappened(failure))}`,
    instanceArn !== undefined && `**Instance:** \`${instanceArn}\``,
    notes.length > 0 && notes.map(({ at, text }) => `- ${readable(at)}: ${literal(text)}`).join('\n'),
  ];
  return paragraphs.filter((paragraph) => paragraph !== false).join('\n\n');
}

/** Words of AWS, or of a person, which mean no Markdown. */
function literal(text: string): string {
  return text.replace(/[\\`*_[\]<>|]/g, '\\$&');
}

function readable(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`;
}
