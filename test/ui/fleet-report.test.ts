import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import type { AccountOutcome } from '../../client';
import { toHtml } from '../../command/fleet/report/html';
import { accountAt, after, failed, reportOn, skipped, succeeded } from '../support/fleet-report';
import { describeInBrowser, IMAGES, launch } from '../support/ui';

const CAUSES = [
  {
    type: 'AccessDeniedException',
    whatHappened:
      'CreateInstance: the organization does not allow account instances. AccessDeniedException: "You do not have sufficient access" (request 5f1c7a52-0d0e-4d5c-9a53-1f2b8c1d9e10)',
    remedy:
      'Enable account instances in the IAM Identity Center console of the management account, then start the fleet again.',
  },
  {
    type: 'InstanceExists',
    whatHappened: 'ListInstances: the account has an instance that is not ours, in eu-central-1.',
    remedy: 'Delete it, or start the fleet again with ifExists: adopt.',
  },
  {
    type: '<script>alert(1)</script>',
    whatHappened: '<img src="https://example.com/x.png" onerror="alert(1)">',
  },
];

/** 300 accounts, 20 at once; some fail, and the last ones are skipped as too many have. */
function madeUp() {
  const places = Array.from({ length: 20 }, (_, index) => index / 10);
  const accounts = Array.from({ length: 300 }, (_, index): AccountOutcome => {
    places.sort((one, other) => one - other);
    const from = places[0]!;
    const to = from + 12 + ((index * 7_919) % 97) / 9;
    if (index >= 280) return skipped(index, 241);
    places[0] = to;
    const cause =
      index % 23 === 5 ? CAUSES[0] : index % 61 === 17 ? CAUSES[1] : index === 200 ? CAUSES[2] : undefined;
    if (cause !== undefined) return failed(index, from, from + 3, cause);
    return index === 250
      ? { accountId: accountAt(index), end: 'cancelled', startedAt: after(from), endedAt: after(to) }
      : succeeded(index, from, to);
  });
  // AWS throttles at first, until the rate has come down.
  const course = Array.from({ length: 33 }, (_, span) => ({
    span,
    sent: span === 0 ? 90 : 12 + ((span * 31) % 7),
    throttled: [40, 10][span] ?? 0,
  }));
  const sum = (what: 'sent' | 'throttled') => course.reduce((all, span) => all + span[what], 0);
  return reportOn(accounts, {
    endedAt: after(262),
    calls: { sent: sum('sent'), throttled: sum('throttled'), spanMs: 8_000, course },
  });
}

describeInBrowser('the report of a fleet in a browser', () => {
  const report = madeUp();
  let [folder, file]: string[] = [];
  let browser: Browser;
  let page: Page;
  const heard: string[] = [];

  beforeAll(async () => {
    browser = await launch();
    folder = await mkdtemp(path.join(tmpdir(), 'identity-center-'));
    file = path.join(folder, 'report.html');
    await writeFile(file, toHtml(report));
    page = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme: 'light' });
    page.on('console', (message) => heard.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => heard.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => heard.push(`dialog: ${dialog.message()}`));
    page.on('request', (request) => heard.push(`request: ${request.url()}`));
    await page.goto(pathToFileURL(file).href);
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder!, { recursive: true, force: true });
  });

  test('it says how the fleet ended, and draws the run', async () => {
    const { counts } = report;
    const heading = page.getByRole('heading', { level: 1 });
    expect(await heading.innerText()).toBe(
      `Fleet spring: ${counts.succeeded} of 300 accounts succeeded, ${counts.failed} failed, 1 cancelled, 20 skipped`,
    );
    for (const name of [
      'How the accounts ended over time',
      'Accounts that were open at once',
      'Calls to Identity Center a second',
    ]) {
      const box = await page.getByRole('img', { name }).boundingBox();
      expect(box!.width).toBeGreaterThan(600);
      expect(box!.height).toBeGreaterThan(100);
    }
  });

  test('the parts of the picture are drawn in colours that differ', async () => {
    // As text, as this project has no use for the types of the browser.
    const colours = await page.evaluate<string[]>(
      `['succeeded', 'failed', 'cancelled', 'skipped'].map((end) => getComputedStyle(document.querySelector('path.' + end)).fill)`,
    );
    expect(new Set(colours).size).toBe(4);
    expect(colours).not.toContain('rgb(0, 0, 0)');
  });

  test('it lists the accounts that did not succeed, with the next step; the others can be unfolded', async () => {
    const table = page.getByRole('table').filter({ hasText: 'What happened, and the next step' });
    for (const { accountId, end } of report.accounts.filter(({ end }) => end !== 'succeeded'))
      expect(await table.getByRole('row', { name: new RegExp(`^${accountId} ${end}`) }).count()).toBe(1);
    expect(await table.getByText(CAUSES[0]!.remedy!).count()).toBe(report.causes[0]!.count);
    const success = page.getByRole('rowheader', { name: accountAt(0) });
    expect(await success.isVisible()).toBe(false);
    await page.getByText('Accounts that succeeded').click();
    expect(await success.isVisible()).toBe(true);
    await page.getByText('Accounts that succeeded').click();
  });

  test.each([320, 768])('nothing is cut off on a screen of %i pixels', async (width) => {
    await page.setViewportSize({ width, height: 900 });
    const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
    await page.setViewportSize({ width: 1280, height: 900 });
    expect(wide).toBeLessThanOrEqual(width);
  });

  test.each(['light', 'dark'] as const)('it can be read in %s: its text stands out', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    const [text, ground] = await page.evaluate<[string, string]>(
      '[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]',
    );
    const light = (colour: string) =>
      /\d+/g[Symbol.match](colour)!.reduce((sum, part) => sum + Number(part), 0) / 765;
    expect(Math.abs(light(text) - light(ground))).toBeGreaterThan(0.7);
    expect(light(ground) > 0.5).toBe(colorScheme === 'light');
    if (process.env['UPDATE_SCREENSHOTS'])
      await page.screenshot({
        path: path.join(IMAGES, `fleet-report-${colorScheme}.png`),
        clip: { x: 0, y: 0, width: 1280, height: 1150 },
        fullPage: true,
      });
  });

  // Last, as it is about all that came before.
  test('it asked for nothing but itself, ran nothing and had nothing to complain about', () => {
    expect(heard).toEqual([`request: ${pathToFileURL(file!).href}`]);
  });
});
