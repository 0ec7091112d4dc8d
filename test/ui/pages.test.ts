import { describeInBrowser, startUi, type UiHarness } from '../support/ui';
import { testFleetPage } from './fleet-page';
import { testHeldRun } from './held-run';
import { testOpenRun } from './open-run';

// One browser and one UI for all of them: to start these takes longer than a test.
describeInBrowser('the UI', () => {
  const its = {} as { ui: UiHarness };
  beforeAll(async () => {
    its.ui = await startUi();
  });
  afterAll(() => its.ui.stop());

  testOpenRun(its);
  testHeldRun(its);
  testFleetPage(its);
});
