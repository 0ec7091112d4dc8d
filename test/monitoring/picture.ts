import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { emulatorEnvironment } from '../../sandbox';
import { freePort } from '../../sandbox/temporal-server';
import { commandFor } from '../support/command';
import { freshAccounts } from '../support/fleets';
import { requestFor, until, withHarness, type Harness } from '../support/harness';
import { startPrometheus, withPrometheus, type Prometheus, type Series } from '../support/prometheus';
import { IMAGES, launch } from '../support/ui';
import { asAsked, PANELS, type Panel } from './panels';

const COLOURS = ['#2563eb', '#f59e0b', '#16a34a', '#dc2626', '#7c3aed', '#0891b2', '#db2777', '#65a30d'];
const [WIDTH, HEIGHT] = [400, 110];

/** Draws docs/images/dashboard.png from the dashboard's queries and a fleet: `npm run dashboard-picture`. */
withPrometheus('the queries of the dashboard, drawn while a fleet meets what there is', async () => {
  await withHarness({ worker: false }, async (harness) => {
    const command = commandFor(harness);
    const metrics = await freePort(0);
    const worker = command.start(['worker', '--json'], {
      ...emulatorEnvironment(harness.emulator.url),
      IDENTITY_CENTER_METRICS_ADDRESS: `127.0.0.1:${metrics}`,
    });
    await until(worker.stdout, (seen) => seen.endsWith('\n'));
    const prometheus = await startPrometheus(metrics);
    const began = Date.now() / 1_000;
    await provisionMany(harness);
    // The last look of Prometheus.
    await sleep(3_000);
    const drawn = await Promise.all(
      PANELS.map((panel) => draw(panel, prometheus, began, Date.now() / 1_000)),
    );
    worker.child.kill('SIGTERM');
    await Promise.all([prometheus.stop(), worker.finished]);
    command.dispose();
    const browser = await launch();
    const page = await browser.newPage({ viewport: { width: 1_300, height: 100 } });
    await page.setContent(`<style>${STYLE}</style><main>${drawn.join('')}</main>`);
    await page.screenshot({ path: path.join(IMAGES, 'dashboard.png'), fullPage: true });
    await browser.close();
  });
});

/** A fleet of accounts that AWS throttles, some of which it forbids, some late, and some cancelled. */
async function provisionMany({ emulator, client }: Harness): Promise<void> {
  const ids = freshAccounts(400);
  emulator.setFaults({ throttle: { ratePerSecond: 20, burst: 20 }, creationMs: 3_000 });
  emulator.setFaults({ accounts: ids.slice(0, 12), organizationForbids: true });
  emulator.setFaults({ accounts: ids.slice(12, 40), notReadyForMs: 20_000 });
  const accounts = ids.map((id) => requestFor(id, { onFailure: 'hold' }));
  await client.fleets.start({ name: `picture-${ids[0] ?? ''}`, accounts, maxConcurrent: 60 });
  const cancelled = freshAccounts(6);
  emulator.setFaults({ accounts: cancelled, creationMs: 600_000 });
  for (const id of cancelled) await client.start(requestFor(id));
  await sleep(45_000);
  for (const id of cancelled) await client.cancel(id);
  await sleep(45_000);
}

async function draw(panel: Panel, prometheus: Prometheus, from: number, to: number): Promise<string> {
  const { type, title, gridPos, targets = [], fieldConfig } = panel;
  const at = `style="grid-column: ${gridPos.x + 1} / span ${gridPos.w}; order: ${gridPos.y * 24 + gridPos.x}"`;
  if (type === 'row') return `<h2 ${at}>${title}</h2>`;
  const series = (
    await Promise.all(
      targets.map(async ({ expr, legendFormat }) => {
        const found = await prometheus.queryRange(asAsked(expr, '10s'), from, to);
        if (typeof found === 'string') throw new Error(`${title}: ${found}`);
        return found.map((it) => ({ ...it, name: nameOf(legendFormat, it) }));
      }),
    )
  ).flat();
  const unit = fieldConfig?.defaults.unit ?? '';
  const points = series.map(({ values = [] }) =>
    values
      .map(([time, value]) => [time, Number(value)] as const)
      .filter(([, value]) => Number.isFinite(value)),
  );
  const most = Math.max(...points.flat().map(([, value]) => value), 0);
  if (type === 'stat')
    return `<section ${at}><h3>${title}</h3><b>${points.map((it) => it.at(-1)?.[1] ?? 0).join(', ')}</b></section>`;
  const lines = points.map((it, index) => {
    const places = it.map(
      ([time, value]) =>
        `${(((time - from) / (to - from)) * WIDTH).toFixed(1)},${(HEIGHT - (value / (most || 1)) * HEIGHT).toFixed(1)}`,
    );
    return `<polyline points="${places.join(' ')}" fill="none" stroke="${COLOURS[index % COLOURS.length] ?? ''}" stroke-width="1.5"/>`;
  });
  const legend = series.map(
    ({ name }, index) => `<i style="color: ${COLOURS[index % COLOURS.length] ?? ''}">${name}</i>`,
  );
  return `<section ${at}><h3>${title} <small>0 to ${short(most)} ${unit}</small></h3><svg viewBox="0 -2 ${WIDTH} ${HEIGHT + 4}">${lines.join('')}</svg><p>${legend.join(' ')}</p></section>`;
}

function nameOf(legendFormat: string, { metric }: Series): string {
  return legendFormat.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? '');
}

function short(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}

const STYLE = `
  body { margin: 12px; font: 12px sans-serif; color: #0f172a; }
  main { display: grid; grid-template-columns: repeat(24, 1fr); gap: 8px; }
  h2 { margin: 8px 0 0; font-size: 15px; }
  h3 { margin: 0 0 4px; font-size: 12px; }
  section { border: 1px solid #cbd5e1; border-radius: 4px; padding: 8px; }
  small { color: #64748b; font-weight: normal; }
  b { font-size: 40px; }
  p { margin: 4px 0 0; line-height: 1.4; }
  i { font-style: normal; margin-right: 8px; }
`;
