import { fleetIdOf } from '../../contract';
import { requestFor, until } from '../support/harness';
import { textOf, type UiHarness } from '../support/ui';

const HELD = ['222233334441', '222233334442', '222233334443'];
const DONE = '333377778888';
const THROTTLED = '444477778888';

/** Tests the pages of a fleet and of its runs. */
export function testFleetPage(its: { readonly ui: UiHarness }): void {
  describe('what the UI says of a fleet and of its runs', () => {
    test('the page of a fleet: counts, causes, what to do; that of a run: the fleet that asked', async () => {
      its.ui.emulator.setFaults({ accounts: HELD, organizationForbids: true });
      const accounts = [
        ...HELD.map((account) => requestFor(account, { onFailure: 'hold' })),
        requestFor(DONE, { name: 'workforce' }),
      ];
      await its.ui.client.fleets.start({ name: 'accounts', accounts });
      await until(
        () => its.ui.client.fleets.status('accounts'),
        ({ held, succeeded }) => held === HELD.length && succeeded === 1,
      );
      await its.ui.openWorkflow(fleetIdOf('accounts'));
      await its.ui.openTab('User Metadata');
      await its.ui.page.waitForURL(/\/workflows\/identity-center-fleet%2Faccounts\/[-\w]+\/user-metadata$/);
      const details = await textOf(its.ui.renderedUnder('Current Details'));
      expect(details).toContain(
        'Accounts: 4: 1 succeeded, 0 failed, 0 cancelled, 0 skipped; 3 open (of them 3 held)',
      );
      expect(details).toMatch(/3 held, the first until .* UTC: AccessDeniedException/);
      expect(details).toContain('What to do: Enable account instances in the IAM Identity Center console');
      await its.ui.picture('fleet-page', 1000);
      await its.ui.openRun(HELD[0]!);
      await its.ui.openTab('User Metadata');
      expect(await textOf(its.ui.renderedUnder('Current Details'))).toContain('by fleet accounts');
    });

    test('the page of a run that AWS throttles points to the attempts', async () => {
      its.ui.emulator.setFaults({
        accounts: [THROTTLED],
        failNext: [{ operation: 'CreateInstance', error: 'ThrottlingException', times: 1_000 }],
      });
      await its.ui.client.start(requestFor(THROTTLED));
      await until(
        () => its.ui.client.status(THROTTLED),
        ({ pending }) => pending?.failure?.type === 'ThrottlingException',
      );
      await its.ui.openRun(THROTTLED);
      await its.ui.openTab('User Metadata');
      expect(await textOf(its.ui.renderedUnder('Current Details'))).toContain('the tab Pending Activities');
      await its.ui.page.getByRole('tab', { name: 'Pending Activities' }).waitFor();
    });
  });
}
