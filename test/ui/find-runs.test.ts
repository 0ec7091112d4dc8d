import { until } from '../support/harness';
import { describeInBrowser, startUi, type UiHarness } from '../support/ui';

const HELD_IN_IRELAND = '222233334444';
const HELD_IN_VIRGINIA = '333344445555';
const ACTIVE_IN_IRELAND = '444455556666';

describeInBrowser('the list of runs in the UI', () => {
  let ui: UiHarness;
  beforeAll(async () => {
    ui = await startUi();
    ui.emulator.setFaults({ accounts: [HELD_IN_IRELAND, HELD_IN_VIRGINIA], organizationForbids: true });
    const onFailure = 'hold';
    await ui.client.start({ accountId: HELD_IN_IRELAND, region: 'eu-west-1', onFailure });
    await ui.client.start({ accountId: HELD_IN_VIRGINIA, region: 'us-east-1', onFailure });
    await ui.client.provision({ accountId: ACTIVE_IN_IRELAND, region: 'eu-west-1' });
    // The list is the server's, a moment after the runs.
    await until(
      () => ui.temporal.workflow.count("IdentityCenterStage = 'held'"),
      ({ count }) => count === 2,
    );
  });
  afterAll(() => ui.stop());

  const accountsListed = async () => {
    const links = await ui.page.getByRole('link', { name: /^identity-center\// }).allInnerTexts();
    return links.map((link) => link.trim().replace('identity-center/', '')).sort();
  };
  const listed = (accounts: string[]) =>
    until(accountsListed, (seen) => JSON.stringify(seen) === JSON.stringify(accounts));

  test('filtered by stage, it shows the held runs and no other', async () => {
    await ui.openList("IdentityCenterStage = 'held'");
    await listed([HELD_IN_IRELAND, HELD_IN_VIRGINIA]);
  });

  test('with a filter by stage and Region typed into it, it shows the one run', async () => {
    await ui.openList("WorkflowType = 'provisionIdentityCenter'");
    await listed([HELD_IN_IRELAND, HELD_IN_VIRGINIA, ACTIVE_IN_IRELAND]);
    await ui.page.getByTestId('toggle-manual-query').click();
    const query = ui.page.getByPlaceholder('Enter a query');
    await query.fill("IdentityCenterStage = 'held' AND IdentityCenterRegion = 'eu-west-1'");
    await query.press('Enter');
    await listed([HELD_IN_IRELAND]);
  });

  test('it can have columns for stage and Region', async () => {
    await ui.openList("WorkflowType = 'provisionIdentityCenter'");
    await ui.page.getByTestId('workflows-summary-table-configuration-button').click();
    for (const column of ['Run ID', 'Type', 'End'])
      await ui.page.getByRole('button', { name: `Remove ${column} column` }).click();
    for (const column of ['IdentityCenterStage', 'IdentityCenterRegion'])
      await ui.page.getByRole('button', { name: `Add ${column} column` }).click();
    await ui.page.getByRole('button', { name: 'Close Workflows Table configuration' }).click();
    // Newer UIs have a menu in place of the list.
    const collapse = ui.page.getByRole('button', { name: 'Collapse saved views' });
    if (await collapse.isVisible()) await collapse.click();
    const rows = ui.page.getByTestId('workflows-summary-configurable-table-row');
    await rows
      .filter({ hasText: HELD_IN_VIRGINIA })
      .filter({ hasText: /held.*us-east-1/s })
      .waitFor();
    await rows
      .filter({ hasText: ACTIVE_IN_IRELAND })
      .filter({ hasText: /active.*eu-west-1/s })
      .waitFor();
    await ui.picture('runs-by-stage', 420);
  });
});
