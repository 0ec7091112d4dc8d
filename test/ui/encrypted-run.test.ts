import type { CodecServer } from '../../encryption';
import {
  createTokenCheck,
  EncryptionCodec,
  KEYS_VARIABLE,
  KeyRing,
  startCodecServer,
  temporalExtensions,
} from '../../encryption';
import { workflowIdOf } from '../../contract';
import { keys, keysFile } from '../encryption/keys';
import { until } from '../support/harness';
import { describeInBrowser, startUi, textOf, type UiHarness } from '../support/ui';

const ACCOUNT = '666677778888';
const TOKEN = 'a'.repeat(40);

describeInBrowser('an encrypted run in the UI', () => {
  const file = keysFile(keys('2026-11'));
  const tokens = keysFile(TOKEN);
  let ui: UiHarness;
  let codecServer: CodecServer;

  beforeAll(async () => {
    ui = await startUi(await temporalExtensions({ [KEYS_VARIABLE]: file.path }));
    codecServer = await startCodecServer({
      codec: new EncryptionCodec(await KeyRing.open(file.path)),
      host: '127.0.0.1',
      port: 0,
      origins: [new URL(ui.uiUrl).origin],
      checkToken: await createTokenCheck({ origins: [], tokensFile: tokens.path }),
    });
    await ui.client.provision({ accountId: ACCOUNT, region: 'eu-west-1', name: 'workforce' });
  });
  afterAll(async () => {
    await codecServer.close();
    await ui.stop();
    file.dispose();
    tokens.dispose();
  });

  test('shows nothing of it without a codec server, and with one only to whoever has a token', async () => {
    const { page } = ui;
    const main = () => textOf(page.getByRole('main'));
    await ui.openRun(ACCOUNT);
    const sealed = await until(main, (text) => /Input "[\w+/=]{100,}"/.test(text));
    expect(sealed).not.toContain('workforce');

    // As its codec settings do, with "Use my browser setting".
    const settings = { endpoint: JSON.stringify(codecServer.url), overrideRemoteCodecConfiguration: 'true' };
    await page.evaluate(`Object.assign(localStorage, ${JSON.stringify(settings)})`);
    const refused = page.waitForResponse(
      (it) => it.url().startsWith(codecServer.url) && it.request().method() === 'POST',
    );
    await ui.openRun(ACCOUNT);
    expect((await refused).status()).toBe(401);
    expect(await main()).not.toContain('workforce');

    // As the UI does where its users sign in: the server for development knows none.
    await page.route(`${codecServer.url}/**`, (route) =>
      route.continue({ headers: { ...route.request().headers(), authorization: `Bearer ${TOKEN}` } }),
    );
    await ui.openRun(ACCOUNT);
    await page.getByText('workforce').first().waitFor();
    expect(await main()).toContain('"name": "workforce"');
    expect(page.url()).toContain(encodeURIComponent(workflowIdOf(ACCOUNT)));
    await ui.picture('decoded-run', 1000);
  });
});
