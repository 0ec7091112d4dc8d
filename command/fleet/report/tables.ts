import type { AccountOutcome, FleetCause } from '../../../client';
import { utc } from '../../../contract';
import { markup, type Markup } from '../../drawing';
import type { FleetReport } from './report';
import { counted, grouped } from '../../words';

/** How many rows a table may have: no browser scrolls well through more. The CSV has them all. */
export const MAX_ROWS = { succeeded: 1_000, others: 5_000 };

/** Writes the failures, by cause. */
export function causesSection({ causes, counts }: FleetReport): Markup {
  if (causes.length === 0) return markup``;
  return markup`<section>
<h2>Failures by cause</h2>
${causes.map((cause) => causeEntry(cause, counts.failed))}
</section>`;
}

function causeEntry({ type, count, example, remedy, accounts }: FleetCause, failed: number): Markup {
  const more = count - accounts.length;
  const named = `${accounts.join(', ')}${more > 0 ? ` and ${grouped(more)} more` : ''}`;
  const rows: [string, string | undefined][] = [
    ['For example', example],
    ['Next step', remedy],
    ['Accounts', named],
  ];
  const share = Math.max(0.5, (count / Math.max(1, failed)) * 100);
  return markup`<div class="cause">
<h3><span>${type}</span><span>${grouped(count)} of ${grouped(failed)}</span></h3>
<svg viewBox="0 0 100 1" preserveAspectRatio="none" role="img"><title>${counted(count, 'failure')} of ${grouped(failed)}</title><rect class="rest" width="100" height="1"/><rect class="failed" width="${share}" height="1"/></svg>
<dl>${rows.map(([label, text]) => (text ? markup`<dt>${label}</dt><dd>${text}</dd>` : markup``))}</dl>
</div>`;
}

/** Writes the table of the accounts that wait for a person. */
export function heldSection({ unfinished, name }: FleetReport): Markup {
  const held = unfinished.filter(({ end }) => end === 'held');
  if (held.length === 0) return markup``;
  return markup`<section>
<h2>Accounts that are held</h2>
<div class="wide"><table>
<caption>${caption(held.length, MAX_ROWS.others, name)} Why: identity-center status &lt;account&gt;</caption>
<thead><tr><th scope="col">Account</th><th scope="col">Begun</th></tr></thead>
<tbody>${held.slice(0, MAX_ROWS.others).map(
    ({ accountId, startedAt = '' }) =>
      markup`<tr><th scope="row">${accountId}</th><td class="fixed">${utc(startedAt)}</td></tr>
`,
  )}</tbody>
</table></div>
</section>`;
}

const OTHER_ENDS = ['failed', 'cancelled', 'skipped'] as const;

/** Writes the table of the accounts that did not succeed, the failed ones first. */
export function othersSection({ accounts, name }: FleetReport): Markup {
  const others = OTHER_ENDS.flatMap((end) => accounts.filter((account) => account.end === end));
  if (others.length === 0) return markup``;
  return markup`<section>
<h2>Accounts that did not succeed</h2>
<div class="wide"><table>
<caption>${caption(others.length, MAX_ROWS.others, name)}</caption>
<thead><tr><th scope="col">Account</th><th scope="col">End</th><th scope="col">Ended</th><th scope="col">What happened, and the next step</th></tr></thead>
<tbody>${others.slice(0, MAX_ROWS.others).map(otherRow)}</tbody>
</table></div>
</section>`;
}

function otherRow({ accountId, end, endedAt, failure }: AccountOutcome): Markup {
  const why = end === 'skipped' ? 'Was not begun: the fleet had stopped.' : undefined;
  const text =
    failure === undefined
      ? markup`<p>${why}</p>`
      : markup`<p><strong>${failure.type}</strong></p><p>${failure.whatHappened}</p>${failure.remedy ? markup`<p class="soft">${failure.remedy}</p>` : undefined}`;
  return markup`<tr><th scope="row">${accountId}</th><td class="fixed"><span class="end ${end}">${end}</span></td><td class="fixed">${utc(endedAt)}</td><td>${text}</td></tr>
`;
}

/** Writes the table of the accounts that succeeded, folded away. */
export function succeededSection({ accounts, name }: FleetReport): Markup {
  const succeeded = accounts.filter(({ end }) => end === 'succeeded');
  if (succeeded.length === 0) return markup``;
  return markup`<section>
<details><summary><h2>Accounts that succeeded</h2> <span class="soft">(${grouped(succeeded.length)})</span></summary>
<div class="wide"><table>
<caption>${caption(succeeded.length, MAX_ROWS.succeeded, name)}</caption>
<thead><tr><th scope="col">Account</th><th scope="col">Outcome</th><th scope="col">Ended</th><th scope="col">Instance</th></tr></thead>
<tbody>${succeeded.slice(0, MAX_ROWS.succeeded).map(succeededRow)}</tbody>
</table></div>
</details>
</section>`;
}

function succeededRow({ accountId, outcome, endedAt, instanceArn }: AccountOutcome): Markup {
  return markup`<tr><th scope="row">${accountId}</th><td class="fixed">${outcome}</td><td class="fixed">${utc(endedAt)}</td><td>${instanceArn}</td></tr>
`;
}

function caption(count: number, most: number, name: string): string {
  if (count <= most) return `${counted(count, 'account')}.`;
  return `The first ${grouped(most)} of ${grouped(count)} accounts; for all of them: identity-center fleet report ${name} --format csv`;
}
