import { FAILURES } from '../../contract';
import { RunCancelledError } from '../../client';
import { until } from '../support/harness';
import { hurry } from '../support/steering';
import { textOf, type UiHarness } from '../support/ui';

const WAITING = '222255556666';
const THROTTLED = '333355556666';
const SAMPLE = '111122223333';

/** Tests the page of a run that is open, or has ended. */
export function testOpenRun(its: { readonly ui: UiHarness }): void {
  describe('an open run in the UI', () => {
    test('the cancel button ends a run that waits for ACTIVE as cancelled, and nothing is left', async () => {
      its.ui.emulator.setFaults({ accounts: [WAITING], creationMs: 600_000, deletionMs: 0 });
      const run = await its.ui.client.start({ accountId: WAITING, region: 'eu-west-1' });
      await until(
        () => its.ui.client.status(WAITING),
        ({ stage }) => stage === 'waitingForActive',
      );
      expect(its.ui.instancesOf(WAITING)).toHaveLength(1);

      await its.ui.openRun(WAITING);
      await its.ui.page.getByRole('button', { name: 'Request Cancellation' }).click();
      const dialog = its.ui.page.getByRole('dialog', { name: 'Cancel Workflow' });
      await dialog.getByRole('button', { name: 'Confirm' }).waitFor();
      await its.ui.picture('cancel-a-run', 620);
      await dialog.getByRole('button', { name: 'Confirm' }).click();

      await expect(its.ui.client.result(run)).rejects.toBeInstanceOf(RunCancelledError);
      await expect(its.ui.client.status(WAITING)).resolves.toMatchObject({ stage: 'cancelled' });
      expect(its.ui.instancesOf(WAITING)).toHaveLength(0);
      await its.ui.page.getByText('Canceled', { exact: true }).first().waitFor();
      // The tab keeps the details that it was opened with.
      await its.ui.openRun(WAITING);
      await its.ui.openTab('User Metadata');
      expect(await textOf(its.ui.renderedUnder('Current Details'))).toMatch(
        /^Asked: provision .* cancelled since .*ssoins-\w+ in eu-west-1 was deleted .*nothing that this run made is left$/,
      );
    });

    test('a throttled call shows the AWS error, its request ID, what to do, and when it is tried again', async () => {
      its.ui.emulator.setFaults({ accounts: [THROTTLED], throttle: { ratePerSecond: 0, burst: 0 } });
      const timing = { retry: { initialInterval: '60s' } };
      const run = await its.ui.client.start({ accountId: THROTTLED, region: 'eu-west-1', timing });
      await until(
        () => its.ui.client.status(THROTTLED),
        ({ pending }) => pending?.failure !== undefined,
      );
      await its.ui.openRun(THROTTLED);
      await its.ui.page
        .getByText(/^Attempt\s.*createInstance • creates the instance in eu-west-1/s)
        .waitFor();
      await its.ui.openTab('Pending Activities');
      await its.ui.page.getByText('Last Failure').waitFor();
      const page = await until(
        () => textOf(its.ui.page.getByRole('main')),
        // The page fills by and by.
        (text) => text.includes(FAILURES.throttled.remedy) && text.includes('Next Retry'),
      );
      expect(page).toMatch(/AWS is throttling: ThrottlingException: Rate exceeded \(request [-\w]{36}\)/);
      // Each UI has its own way to write a date.
      expect(page).toMatch(/Next Retry (\d{4}-\d\d-\d\d|\d{1,2} \w{3} \d{4})/);
      await its.ui.picture('throttled-call', 790);

      its.ui.emulator.setFaults({ accounts: [THROTTLED], creationMs: 0 });
      await hurry(its.ui, THROTTLED);
      await expect(its.ui.client.result(run)).resolves.toMatchObject({ outcome: 'created' });
      expect(its.ui.instancesOf(THROTTLED)).toHaveLength(1);
    });

    test('a run that has ended shows its attempts, what was asked and what came of it', async () => {
      // As `npm start` has it.
      its.ui.emulator.setFaults({
        accounts: [SAMPLE],
        creationMs: 1_500,
        failNext: [{ operation: 'CreateInstance', error: 'ThrottlingException', times: 2 }],
        loseResponse: { operation: 'CreateInstance', times: 1 },
      });
      const timing = { retry: { initialInterval: '500ms', maximumInterval: '1s' } };
      const result = await its.ui.client.provision({
        accountId: SAMPLE,
        region: 'eu-west-1',
        name: 'sample',
        timing,
      });
      await its.ui.openRun(SAMPLE);
      await its.ui.page
        .getByText(/createInstance/)
        .first()
        .waitFor();
      // The parts of a page come one by one.
      await until(
        () => textOf(its.ui.page.getByRole('main')),
        (page) => page.includes('"name": "sample"') && page.includes(result.instanceArn),
      );
      await its.ui.picture('run-in-ui', 1000);
    });
  });
}
