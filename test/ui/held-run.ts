import { STEERING, type ProvisionRequestInput } from '../../contract';
import { requestFor, until } from '../support/harness';
import { textOf, type UiHarness } from '../support/ui';

const SHOWN = '222233334444';
const RETRIED = '333344445555';
const MISNAMED = '444455556666';

/** Tests the page of a run that is held. */
export function testHeldRun(its: { readonly ui: UiHarness }): void {
  describe('a held run in the UI', () => {
    async function startHeld(request: ProvisionRequestInput) {
      const run = await its.ui.client.start({ ...request, onFailure: 'hold' });
      await until(
        () => its.ui.client.status(request.accountId),
        ({ stage }) => stage === 'held',
      );
      return run;
    }

    const startForbidden = (accountId: string) => {
      its.ui.emulator.setFaults({ accounts: [accountId], organizationForbids: true });
      return startHeld({ accountId, region: 'eu-west-1', name: 'workforce' });
    };

    async function openSignalForm() {
      await its.ui.page.getByRole('button', { name: 'More Actions' }).click();
      await its.ui.page.getByRole('menuitem', { name: 'Send a Signal' }).click();
      const form = its.ui.page.getByRole('dialog', { name: 'Send a Signal' });
      await form.getByTestId('signal-select-button').click();
      return form;
    }

    test('says what was asked and by whom, where it stands, what happened, and what to do', async () => {
      await startForbidden(SHOWN);
      await its.ui.openRun(SHOWN);
      await its.ui.openTab('User Metadata');

      expect(await textOf(its.ui.renderedUnder('Summary'))).toBe(
        `provision ${SHOWN} in eu-west-1 as workforce`,
      );
      const current = its.ui.renderedUnder('Current Details');
      const text = await textOf(current);
      const bold = await current.getByRole('strong').allInnerTexts();
      expect(bold).toEqual(['Asked:', 'held', 'What to do:', 'What happened:']);
      expect(await current.getByRole('code').allInnerTexts()).toEqual(['retry', 'abort']);
      expect(text).toMatch(
        /^Asked: provision 222233334444 in eu-west-1 as workforce, onFailure hold; by ada@laptop\s+held since [-\d]{10} [:\d]{8} UTC: waits for the signal retry, or abort/,
      );
      expect(text).toContain('Enable account instances in the IAM Identity Center console');
      expect(text).toMatch(
        /CreateInstance: the organization does not allow.*AccessDeniedException.*\(request [-\w]{36}\)/,
      );
      await its.ui.picture('held-run', 940);
    });

    test('its current details are all in view, to the last line', async () => {
      await startForbidden(SHOWN);
      await its.ui.openRun(SHOWN);
      await its.ui.openTab('User Metadata');
      const last = its.ui
        .renderedUnder('Current Details')
        .getByRole('paragraph')
        .filter({ hasText: 'happened' });
      // The UI fits the height of its frame to the text a moment after the text is there.
      await until(
        async () => ({
          text: await last.boundingBox(),
          frame: await its.ui.frameUnder('Current Details').boundingBox(),
        }),
        ({ text, frame }) =>
          text !== null && frame !== null && text.y + text.height <= frame.y + frame.height,
      );
    });

    test('the form for signals offers ours and says what each does; retry from it ends ACTIVE', async () => {
      const run = await startForbidden(RETRIED);
      await its.ui.openRun(RETRIED);
      const form = await openSignalForm();
      for (const [name, description] of Object.entries(STEERING))
        await form.getByRole('option', { name: `${name} ${description}` }).waitFor();
      await its.ui.picture('send-a-signal', 760);

      its.ui.emulator.setFaults({ accounts: [RETRIED], organizationForbids: false, creationMs: 0 });
      await form.getByRole('option', { name: STEERING.retry }).click();
      await form.getByRole('button', { name: 'Submit' }).click();
      await expect(its.ui.client.result(run)).resolves.toMatchObject({
        status: 'ACTIVE',
        outcome: 'created',
      });
      await its.ui.page.getByText('Completed', { exact: true }).first().waitFor();
      expect(its.ui.instancesOf(RETRIED)).toMatchObject([{ name: 'workforce' }]);
    });

    test('retry with a correction typed into the form asks for the new name', async () => {
      its.ui.emulator.setFaults({
        accounts: [MISNAMED],
        creationMs: 0,
        failNext: [{ operation: 'CreateInstance', error: 'ValidationException', message: 'taken', times: 1 }],
      });
      const run = await startHeld(requestFor(MISNAMED, { name: 'taken' }));
      await its.ui.openRun(MISNAMED);
      const form = await openSignalForm();
      await form.getByRole('option', { name: STEERING.retry }).click();
      await form.locator('[contenteditable=true]').fill('{"name": "free"}');
      await form.getByRole('button', { name: 'Submit' }).click();
      await expect(its.ui.client.result(run)).resolves.toMatchObject({ outcome: 'created' });
      expect(its.ui.instancesOf(MISNAMED)).toMatchObject([{ name: 'free' }]);
    });
  });
}
