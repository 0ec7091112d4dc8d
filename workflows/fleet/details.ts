import { describeFleetStage, utc, type FleetCause, type FleetProgress } from '../../contract';
import { literal, paragraphs } from '../shared/markdown';

/** The frame of the UI shows some dozen lines. */
const MAX_SHOWN = 5;

/** Renders where a fleet stands for the UI, as Markdown: the counts, then each cause with what to do about it. */
export function fleetDetails(progress: FleetProgress): string {
  const { name, stage, holds, causes, notes = [] } = progress;
  const more = Math.max(0, holds.length - MAX_SHOWN) + Math.max(0, causes.length - MAX_SHOWN);
  return paragraphs([
    `**${stage}**: ${describeFleetStage(progress)}.`,
    `**Accounts:** ${describeCounts(progress)}.`,
    ...holds
      .slice(0, MAX_SHOWN)
      .map((hold) => describeCause(hold, `held, the first until ${utc(hold.heldUntil)}`)),
    ...causes.slice(0, MAX_SHOWN).map((cause) => describeCause(cause, 'failed')),
    more > 0 && `${more} more causes: \`identity-center fleet status ${name}\`.`,
    holds.length + causes.length > 0 && nextStep(progress),
    `**Each account:** \`identity-center fleet report ${name} --format html --output ${name}.html\`, or the tab **Relationships**, page by page.`,
    notes.length > 0 && notes.map((text) => `- ${literal(text)}`).join('\n'),
  ]);
}

function nextStep({ stage }: FleetProgress): string {
  return stage === 'done' || stage === 'cancelled'
    ? '**Once a cause is removed:** start the fleet again; what is done is not done again.'
    : '**Once a cause is removed:** the signal `retry`, which tries the held and the failed accounts again.';
}

function describeCounts(progress: FleetProgress): string {
  const { accounts, succeeded, failed, cancelled, skipped, open, held, notReady, waiting } = progress;
  const aside = Object.entries({ held, 'not ready': notReady }).filter(([, count]) => count > 0);
  return [
    `${accounts}: ${list(Object.entries({ succeeded, failed, cancelled, skipped }))}`,
    waiting + open > 0 &&
      `${open} open${aside.length === 0 ? '' : ` (of them ${list(aside)})`}, ${waiting} waiting, ${progress.maxConcurrent} at once`,
  ]
    .filter(Boolean)
    .join('; ');
}

function list(counts: readonly [string, number][]): string {
  return counts.map(([what, count]) => `${count} ${what}`).join(', ');
}

function describeCause({ type, count, example, remedy, accounts }: FleetCause, how: string): string {
  const more = count - accounts.length;
  const named = `${accounts.map((account) => `\`${account}\``).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return [
    `**${count} ${how}: ${literal(type)}**`,
    remedy === undefined ? '' : `- What to do: ${literal(remedy)}`,
    `- What happened, for example: ${literal(example)}`,
    `- Accounts: ${named}`,
  ]
    .filter(Boolean)
    .join('\n');
}
