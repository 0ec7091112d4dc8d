import type { AccountOutcome, FleetCause, UnfinishedAccount } from '../../../client';
import { describeDifferences, utc } from '../../../contract';
import { markup, type Markup } from '../../drawing';
import { counted, grouped } from '../../words';
import type { FleetReport } from './report';

/** How many rows a table may have: no browser scrolls well through more. The CSV has them all. */
const MAX_ROWS = { succeeded: 1_000, others: 5_000 };

/** Writes why accounts are held, by cause. */
export function holdsSection({ holds, counts }: FleetReport): Markup {
  if (holds.length === 0) return markup``;
  return markup`<section>
<h2>Held, by cause</h2>
${holds.map((hold) => causeEntry(hold, counts.held, 'held', [['The first until', utc(hold.heldUntil)]]))}
</section>`;
}

/** Writes the failures, by cause. */
export function causesSection({ causes, counts }: FleetReport): Markup {
  if (causes.length === 0) return markup``;
  return markup`<section>
<h2>Failures by cause</h2>
${causes.map((cause) => causeEntry(cause, counts.failed, 'failed'))}
</section>`;
}

function causeEntry(
  { type, count, example, remedy, accounts }: FleetCause,
  all: number,
  end: 'failed' | 'held',
  facts: [string, string][] = [],
): Markup {
  const more = count - accounts.length;
  const named = `${accounts.join(', ')}${more > 0 ? ` and ${grouped(more)} more` : ''}`;
  const rows: [string, string | undefined][] = [
    ['For example', example],
    ['Next step', remedy],
    ...facts,
    ['Accounts', named],
  ];
  const share = Math.max(0.5, (count / Math.max(1, all)) * 100);
  return markup`<div class="cause">
<h3><span>${type}</span><span>${grouped(count)} of ${grouped(all)}</span></h3>
<svg viewBox="0 0 100 1" preserveAspectRatio="none" role="img"><title>${grouped(count)} of ${grouped(all)} ${end}</title><rect class="rest" width="100" height="1"/><rect class="${end}" width="${share}" height="1"/></svg>
<dl>${rows.map(([label, text]) => (text ? markup`<dt>${label}</dt><dd>${text}</dd>` : markup``))}</dl>
</div>`;
}

/** Writes the table of the accounts that wait for a person. */
export function heldSection({ unfinished, name }: FleetReport): Markup {
  const held = unfinished.filter(({ end }) => end === 'held');
  if (held.length === 0) return markup``;
  return markup`<section>
<h2>Accounts that are held</h2>
${table(name, held, MAX_ROWS.others, ['Account', 'Begun', 'Held until', 'What happened, and the next step'], heldCells)}
</section>`;
}

function heldCells({ startedAt = '', heldUntil, failure }: UnfinishedAccount): Markup {
  return markup`<td class="fixed">${utc(startedAt)}</td><td class="fixed">${heldUntil && utc(heldUntil)}</td><td>${failure && describeFailure(failure)}</td>`;
}

function describeFailure({ type, whatHappened, remedy }: AccountOutcome['failure'] & object): Markup {
  return markup`<p><strong>${type}</strong></p><p>${whatHappened}</p>${remedy ? markup`<p class="soft">${remedy}</p>` : undefined}`;
}

const OTHER_ENDS = ['failed', 'cancelled', 'skipped'] as const;

/** Writes the table of the accounts that did not succeed, the failed ones first. */
export function othersSection({ accounts, name }: FleetReport): Markup {
  const others = OTHER_ENDS.flatMap((end) => accounts.filter((account) => account.end === end));
  if (others.length === 0) return markup``;
  const head = ['Account', 'End', 'Ended', 'What happened, and the next step'];
  return markup`<section>
<h2>Accounts that did not succeed</h2>
${table(name, others, MAX_ROWS.others, head, otherCells)}
</section>`;
}

function otherCells({ end, endedAt, failure, reason }: AccountOutcome): Markup {
  const why = end === 'skipped' ? `Was not begun: ${reason ?? 'the fleet had stopped'}.` : undefined;
  const text = failure === undefined ? markup`<p>${why}</p>` : describeFailure(failure);
  return markup`<td class="fixed"><span class="end ${end}">${end}</span></td><td class="fixed">${utc(endedAt)}</td><td>${text}</td>`;
}

/** Writes the table of the accounts that succeeded, folded away. */
export function succeededSection({ accounts, name }: FleetReport): Markup {
  const succeeded = accounts.filter(({ end }) => end === 'succeeded');
  if (succeeded.length === 0) return markup``;
  const head = ['Account', 'Outcome', 'Ended', 'Instance'];
  return markup`<section>
<details><summary><h2>Accounts that succeeded</h2> <span class="soft">(${grouped(succeeded.length)})</span></summary>
${table(name, succeeded, MAX_ROWS.succeeded, head, succeededCells)}
</details>
</section>`;
}

function succeededCells({ outcome, endedAt, instanceArn, replaced, differences }: AccountOutcome): Markup {
  const more = [
    replaced === undefined ? undefined : `In place of ${replaced}, which was gone.`,
    differences === undefined ? undefined : `Not as asked: ${describeDifferences(differences)}.`,
  ].flatMap((text) => (text === undefined ? [] : [markup`<p class="soft">${text}</p>`]));
  return markup`<td class="fixed">${outcome}</td><td class="fixed">${utc(endedAt)}</td><td>${instanceArn}${more}</td>`;
}

/** Writes a table with a row for each account, the first `most` of them; `cells` are those after its ID. */
function table<T extends { accountId: string }>(
  fleet: string,
  accounts: readonly T[],
  most: number,
  head: readonly string[],
  cells: (account: T) => Markup,
): Markup {
  const count = accounts.length;
  const caption =
    count <= most
      ? `${counted(count, 'account')}.`
      : `The first ${grouped(most)} of ${grouped(count)} accounts; for all of them: identity-center fleet report ${fleet} --format csv`;
  return markup`<div class="wide"><table>
<caption>${caption}</caption>
<thead><tr>${head.map((label) => markup`<th scope="col">${label}</th>`)}</tr></thead>
<tbody>${accounts.slice(0, most).map(
    (account) => markup`<tr><th scope="row">${account.accountId}</th>${cells(account)}</tr>
`,
  )}</tbody>
</table></div>`;
}
