import path from 'node:path';
import { Client } from '@temporalio/client';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { IdentityCenterClient } from '../../client';
import { defined, workflowIdOf, type TemporalExtensions } from '../../contract';
import type { EmulatedInstance } from '../../sandbox/emulator';
import { startTemporalServer } from '../../sandbox/temporal-server';
import { startHarness, type Harness } from './harness';
import { OUR_SEARCH_ATTRIBUTES } from './temporal';

/** `describe`, where there is a browser: Jest counts the tests as skipped elsewhere. Jest's configuration looks for it. */
export const describeInBrowser = process.env['CHROMIUM_PATH'] ? describe : describe.skip;

/** Where pictures for the documentation go; they are taken where UPDATE_SCREENSHOTS is set. */
export const IMAGES = path.join(__dirname, '..', '..', 'docs', 'images');

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A browser on the UI of a Temporal server of its own, with an emulator and a worker. */
export interface UiHarness extends Harness {
  /** `http://127.0.0.1:PORT` */
  readonly uiUrl: string;
  /** The one tab. */
  readonly page: Page;
  /** Opens the list of runs with a filter, as Temporal's list filters are written. */
  openList(query: string): Promise<void>;
  /** Opens the page of a workflow. */
  openWorkflow(workflowId: string): Promise<void>;
  /** Opens the latest run of an account. */
  openRun(account: string): Promise<void>;
  /** Opens a tab of the run's page, such as `User Metadata`. */
  openTab(name: string): Promise<void>;
  /** The frame that the User Metadata tab has under a heading. */
  frameUnder(heading: string): Locator;
  /** The Markdown that the User Metadata tab has rendered under a heading. */
  renderedUnder(heading: string): Locator;
  /** The instances that AWS has of an account. */
  instancesOf(account: string): EmulatedInstance[];
  /** Takes a picture for the documentation, where pictures are wanted. */
  picture(name: string, height: number): Promise<void>;
}

/** @param extensions of the worker and the client; default: those of the package */
export async function startUi(extensions?: TemporalExtensions): Promise<UiHarness> {
  // First, as a browser that cannot start should leave nothing behind.
  const browser = await launch();
  const server = await startTemporalServer({
    port: 0,
    uiPort: 0,
    searchAttributes: OUR_SEARCH_ATTRIBUTES,
  });
  const harness = await startHarness({
    address: server.address,
    taskQueue: 'identity-center',
    ...defined({ extensions }),
  });
  const page = await openPage(browser);
  const workflows = `${server.uiUrl!}/namespaces/default/workflows`;
  // Pictures show who asked, and should not show whose machine made them.
  const temporal = new Client({
    connection: harness.temporal.connection,
    identity: 'ada@laptop',
    ...defined({ dataConverter: extensions?.dataConverter }),
  });
  const frameUnder = (heading: string) =>
    page.getByRole('heading', { name: heading, exact: true }).locator('xpath=following::iframe[1]');
  const openWorkflow = async (workflowId: string) => {
    await page.goto(`${workflows}/${encodeURIComponent(workflowId)}`);
    await page.getByRole('heading', { name: workflowId }).waitFor();
  };
  return {
    ...harness,
    client: new IdentityCenterClient(temporal, harness.taskQueue),
    uiUrl: server.uiUrl!,
    page,
    async openList(query) {
      await page.goto(`${workflows}?query=${encodeURIComponent(query)}`);
    },
    openWorkflow,
    openRun: (account) => openWorkflow(workflowIdOf(account)),
    async openTab(name) {
      await page.getByRole('tab', { name }).click();
    },
    frameUnder,
    renderedUnder: (heading) => frameUnder(heading).contentFrame().locator('main:has(*)'),
    instancesOf: (account) => harness.emulator.instances().filter((it) => it.accountId === account),
    async picture(name, height) {
      if (!process.env['UPDATE_SCREENSHOTS']) return;
      const clip = { x: 0, y: 0, width: 1280, height };
      await page.screenshot({ path: path.join(IMAGES, `${name}.png`), clip, animations: 'disabled' });
    },
    async stop() {
      await browser.close();
      await harness.stop();
      await server.stop();
    },
  };
}

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env['CHROMIUM_PATH']!, args: FLAGS });
}

async function openPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 1000 },
    timezoneId: 'UTC',
    locale: 'en-GB',
    colorScheme: 'light',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  return page;
}

/** The text of a part of the page, spaces and line ends as one space each. */
export async function textOf(part: Locator): Promise<string> {
  return (await part.innerText()).replace(/\s+/g, ' ').trim();
}
