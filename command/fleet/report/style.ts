/** The style sheet of the page: light or dark as the reader's screen is, and white on paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #fff; --text: #0f172a; --soft: #475569; --line: #cbd5e1; --panel: #f8fafc;
  --succeeded: #0f9d76; --failed: #dc2626; --cancelled: #d97706; --skipped: #94a3b8; --open: #2563eb; --rest: #eef2f7;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #0b1120; --text: #e2e8f0; --soft: #a3b1c6; --line: #334155; --panel: #131c30;
    --succeeded: #2bb98f; --failed: #f87171; --cancelled: #fbbf24; --skipped: #8291a8; --open: #60a5fa; --rest: #162036;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 2rem 1.5rem 4rem; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; text-wrap: balance; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .75rem; }
p { margin: .25rem 0; }
.soft, caption, figcaption { color: var(--soft); }
.note { border-left: 4px solid var(--cancelled); background: var(--panel); margin: 1rem 0; padding: .6rem .9rem; }
.counts { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .75rem; margin: 1.5rem 0 0; }
.counts div { background: var(--panel); border: 1px solid var(--line); border-top: 4px solid var(--line);
  border-radius: 6px; padding: .5rem .8rem; }
.counts dt { color: var(--soft); font-size: .85rem; }
.counts dd { margin: 0; font-size: 1.5rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.counts .succeeded { border-top-color: var(--succeeded); } .counts .failed { border-top-color: var(--failed); }
.counts .cancelled { border-top-color: var(--cancelled); } .counts .skipped { border-top-color: var(--skipped); }
.counts .unfinished { border-top-color: var(--open); }
figure { margin: 0 0 1.5rem; overflow-x: auto; }
figure > svg { min-width: 38rem; }
figcaption { margin-bottom: .35rem; }
svg { display: block; width: 100%; height: auto; font: 12px system-ui, sans-serif; }
svg text { fill: var(--soft); font-variant-numeric: tabular-nums; }
svg .axis { stroke: var(--soft); stroke-opacity: .35; fill: none; }
svg .line { stroke: var(--open); stroke-width: 1.5; fill: none; }
svg .succeeded { fill: var(--succeeded); } svg .failed { fill: var(--failed); } svg .cancelled, svg .held { fill: var(--cancelled); }
.legend .rest { stroke: var(--skipped); }
svg .skipped { fill: var(--skipped); } svg .rest { fill: var(--rest); } svg .open { fill: var(--open); fill-opacity: .18; }
svg .answered { fill: var(--open); fill-opacity: .55; } svg .throttled { fill: var(--cancelled); }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; list-style: none; margin: .25rem 0 .5rem; padding: 0; }
.legend svg { display: inline-block; width: .8rem; height: .8rem; margin-right: .4rem; vertical-align: -1px; }
.cause { border-top: 1px solid var(--line); padding: .75rem 0; break-inside: avoid; }
.cause h3 { font-size: 1rem; margin: 0; display: flex; justify-content: space-between; gap: 1rem; }
.cause svg { height: .6rem; margin: .35rem 0 .5rem; }
.cause dl { display: grid; grid-template-columns: 6.5rem 1fr; gap: .15rem .75rem; margin: 0; }
.cause dt { color: var(--soft); } .cause dd { margin: 0; overflow-wrap: anywhere; unicode-bidi: isolate; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; }
caption { text-align: left; padding-bottom: .4rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line); }
td { overflow-wrap: anywhere; unicode-bidi: isolate; } th { white-space: nowrap; }
td p { margin: 0; min-width: 14rem; }
td.fixed, th[scope=row] { white-space: nowrap; font-variant-numeric: tabular-nums; font-weight: 400; }
.end::before { content: ''; display: inline-block; width: .6rem; height: .6rem; border-radius: 50%; margin-right: .4rem; }
.end.failed::before { background: var(--failed); } .end.cancelled::before { background: var(--cancelled); }
.end.skipped::before { background: var(--skipped); } .end.succeeded::before { background: var(--succeeded); }
summary { cursor: pointer; padding: .25rem 0; } summary h2 { display: inline; }
@media print {
  figure > svg { min-width: 0; } body { max-width: none; padding: 0; font-size: 11px; } .wide { overflow: visible; } tr, figure { break-inside: avoid; }
  svg, .counts div, .end::before { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
