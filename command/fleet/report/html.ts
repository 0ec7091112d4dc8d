import { createHash } from 'node:crypto';
import { isOpenStatus, utc } from '../../../contract';
import { Markup, markup } from '../../drawing';
import { drawRun } from './picture';
import type { FleetReport } from './report';
import { STYLE } from './style';
import { causesSection, heldSection, holdsSection, othersSection, succeededSection } from './tables';
import { counted, duration, grouped } from '../../words';

/** What the browser may load: the one style sheet, so that a text that got in unescaped could still run nothing. */
const POLICY = [
  `default-src 'none'`,
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  `base-uri 'none'`,
  `form-action 'none'`,
].join('; ');

/** Writes a report as one page that needs nothing else: no script, no other file, no network. */
export function toHtml(report: FleetReport): string {
  const heading = `Fleet ${report.name}: ${outcome(report)}`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${Markup.own(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${heading}</title>
<style>${Markup.own(STYLE)}</style>
</head>
<body>
<main>
<header>
<h1>${heading}</h1>
<p class="soft">${times(report)}</p>
</header>
${notes(report).map((note) => markup`<p class="note">${note}</p>`)}
<dl class="counts">${countTiles(report)}</dl>
<section>
<h2>The run</h2>
${drawRun(report)}
</section>
${holdsSection(report)}
${causesSection(report)}
${heldSection(report)}
${othersSection(report)}
${succeededSection(report)}
</main>
</body>
</html>
`.text;
}

function outcome({ status, stage, counts }: FleetReport): string {
  const { accounts, succeeded, failed, cancelled, skipped, unfinished } = counts;
  if (isOpenStatus(status))
    return `${stage}, ${grouped(accounts - unfinished)} of ${counted(accounts, 'account')} have ended`;
  const rest = Object.entries({ failed, cancelled, skipped })
    .filter(([, count]) => count > 0)
    .map(([end, count]) => `, ${grouped(count)} ${end}`);
  const how = status === 'COMPLETED' ? '' : `${status.toLowerCase().replaceAll('_', ' ')}; `;
  if (succeeded === accounts && accounts > 0) return `${how}all ${counted(accounts, 'account')} succeeded`;
  return `${how}${grouped(succeeded)} of ${counted(accounts, 'account')} succeeded${rest.join('')}`;
}

function times({ startedAt, endedAt, takenAt }: FleetReport): string {
  const took = duration(Math.max(0, Date.parse(endedAt ?? takenAt) - Date.parse(startedAt)));
  return endedAt === undefined
    ? `Started ${utc(startedAt)}, ${took} before this report was made (${utc(takenAt)}).`
    : `Started ${utc(startedAt)}, ended ${utc(endedAt)}: ${took}.`;
}

function notes(report: FleetReport): string[] {
  const forgotten = describeForgotten(report);
  return [
    ...notesOnEnd(report),
    ...noteOnDifferences(report),
    ...(forgotten === undefined ? [] : [forgotten]),
  ];
}

function noteOnDifferences({ accounts }: FleetReport): string[] {
  const { length } = accounts.filter(({ differences }) => differences !== undefined);
  if (length === 0) return [];
  return [
    `${counted(length, 'account')} with an instance that is not what was asked for, and stays as it is: see those that succeeded.`,
  ];
}

/** Says what a report lacks; `undefined`: nothing. */
export function describeForgotten({ forgottenPages, counts }: FleetReport): string | undefined {
  if (forgottenPages.length === 0) return undefined;
  return `${counted(counts.unlisted, 'account')} of ${counted(forgottenPages.length, 'page')} cannot be listed: Temporal has forgotten what became of each (the retention of the namespace). The counts and the causes are those that the fleet keeps.`;
}

function notesOnEnd({ status, stage, counts, name }: FleetReport): string[] {
  const { unfinished, held, notReady } = counts;
  if (!isOpenStatus(status))
    return unfinished === 0
      ? []
      : [
          `What became of ${counted(unfinished, 'account')} is not known: the fleet, or a page of it, was ended from outside. Start the fleet again; it goes on with what is there.`,
        ];
  return [
    `The fleet is open (${stage}). Make the report again when it has ended.`,
    ...(held === 0
      ? []
      : [
          `${counted(held, 'account')} held: they wait for a person. Once the cause is removed: identity-center fleet retry ${name}`,
        ]),
    ...(notReady === 0
      ? []
      : [
          `${counted(notReady, 'account')} not ready: AWS does not let the worker in yet; their runs ask again.`,
        ]),
  ];
}

function countTiles({ counts }: FleetReport): Markup[] {
  const { accounts, succeeded, failed, cancelled, skipped, unfinished } = counts;
  return Object.entries({ accounts, succeeded, failed, cancelled, skipped, unfinished })
    .filter(([name, count]) => count > 0 || ['accounts', 'succeeded', 'failed'].includes(name))
    .map(
      ([name, count]) =>
        markup`<div class="${name}"><dt>${name === 'unfinished' ? 'without an end' : name}</dt><dd>${grouped(count)}</dd></div>`,
    );
}
