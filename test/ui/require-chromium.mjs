// Ends other than 0, and says what to install, where there is no browser for the tests of the UI. Installs nothing.
import { findChromium } from './find-chromium.mjs';

if (findChromium() === undefined) {
  const { CHROMIUM_PATH } = process.env;
  console.error(
    CHROMIUM_PATH
      ? `CHROMIUM_PATH is ${CHROMIUM_PATH}, and no Chromium runs there: correct it, or unset it.`
      : 'The tests of the UI need a Chromium: install one (Debian: apt-get install chromium; Ubuntu: snap install chromium; macOS, Windows: Google Chrome), or set CHROMIUM_PATH.',
  );
  process.exit(1);
}
