import { FAILURES } from '../../contract';
import { RunCancelledError } from '../../client';
import { until } from '../support/harness';
import { hurry } from '../support/steering';
import { describeInBrowser, startUi, textOf, type UiHarness } from '../support/ui';

const WAITING = '222233334444';
const THROTTLED = '333344445555';
const SAMPLE = '111122223333';

describeInBrowser('an open run in the UI', () => {
  let ui: UiHarness;
  beforeAll(async () => {
    ui = await startUi();
  });
  afterAll(() => ui.stop());

  test('the cancel button ends a run that waits for ACTIVE as cancelled, and nothing is left', async () => {
    ui.emulator.setFaults({ accounts: [WAITING], creationMs: 600_000, deletionMs: 0 });
    const run = await ui.client.start({ accountId: WAITING, region: 'eu-west-1' });
    await until(
      () => ui.client.status(WAITING),
      ({ stage }) => stage === 'waitingForActive',
    );
    expect(ui.instancesOf(WAITING)).toHaveLength(1);

    await ui.openRun(WAITING);
    await ui.page.getByRole('button', { name: 'Request Cancellation' }).click();
    const dialog = ui.page.getByRole('dialog', { name: 'Cancel Workflow' });
    await dialog.getByRole('button', { name: 'Confirm' }).waitFor();
    await ui.picture('cancel-a-run', 620);
    await dialog.getByRole('button', { name: 'Confirm' }).click();

    await expect(ui.client.result(run)).rejects.toBeInstanceOf(RunCancelledError);
    await expect(ui.client.status(WAITING)).resolves.toMatchObject({ stage: 'cancelled' });
    expect(ui.instancesOf(WAITING)).toHaveLength(0);
    await ui.page.getByText('Canceled', { exact: true }).first().waitFor();
    // The tab keeps the details that it was opened with.
    await ui.openRun(WAITING);
    await ui.openTab('User Metadata');
    expect(await textOf(ui.renderedUnder('Current Details'))).toMatch(
      /^Asked: provision .* cancelled since .*ssoins-\w+ in eu-west-1 was deleted .*nothing that this run made is left$/,
    );
  });

  test('a throttled call shows the AWS error, its request ID, what to do, and when it is tried again', async () => {
    ui.emulator.setFaults({ accounts: [THROTTLED], throttle: { ratePerSecond: 0, burst: 0 } });
    const timing = { retry: { initialInterval: '60s' } };
    const run = await ui.client.start({ accountId: THROTTLED, region: 'eu-west-1', timing });
    await until(
      () => ui.client.status(THROTTLED),
      ({ pending }) => pending?.failure !== undefined,
    );
    await ui.openRun(THROTTLED);
    await ui.page.getByText(/^Attempt\s.*createInstance • creates the instance in eu-west-1/s).waitFor();
    await ui.openTab('Pending Activities');
    await ui.page.getByText('Last Failure').waitFor();
    const page = await until(
      () => textOf(ui.page.getByRole('main')),
      // The page fills by and by.
      (text) => text.includes(FAILURES.throttled.remedy) && text.includes('Next Retry'),
    );
    expect(page).toMatch(/AWS is throttling: ThrottlingException: Rate exceeded \(request [-\w]{36}\)/);
    // Each UI has its own way to write a date.
    expect(page).toMatch(/Next Retry (\d{4}-\d\d-\d\d|\d{1,2} \w{3} \d{4})/);
    await ui.picture('throttled-call', 790);

    ui.emulator.setFaults({ accounts: [THROTTLED], creationMs: 0 });
    await hurry(ui, THROTTLED);
    await expect(ui.client.result(run)).resolves.toMatchObject({ outcome: 'created' });
    expect(ui.instancesOf(THROTTLED)).toHaveLength(1);
  });

  test('a run that has ended shows its attempts, what was asked and what came of it', async () => {
    // As `npm start` has it.
    ui.emulator.setFaults({
      accounts: [SAMPLE],
      creationMs: 1_500,
      failNext: [{ operation: 'CreateInstance', error: 'ThrottlingException', times: 2 }],
      loseResponse: { operation: 'CreateInstance', times: 1 },
    });
    const timing = { retry: { initialInterval: '500ms', maximumInterval: '1s' } };
    const result = await ui.client.provision({
      accountId: SAMPLE,
      region: 'eu-west-1',
      name: 'sample',
      timing,
    });
    await ui.openRun(SAMPLE);
    await ui.page
      .getByText(/createInstance/)
      .first()
      .waitFor();
    // The parts of a page come one by one.
    await until(
      () => textOf(ui.page.getByRole('main')),
      (page) => page.includes('"name": "sample"') && page.includes(result.instanceArn),
    );
    await ui.picture('run-in-ui', 1000);
  });
});
