// Plain Node, as Jest's configuration and `npm run test:ui` need it before there is anything to transform or build it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const CHROME_EXE = 'Google\\Chrome\\Application\\chrome.exe';

/** The path of a Chromium that runs: CHROMIUM_PATH where it is set, else one of the usual places. */
export function findChromium(env = process.env) {
  return (env.CHROMIUM_PATH ? [env.CHROMIUM_PATH] : usualPlaces(env)).find(runs);
}

function usualPlaces(env) {
  if (process.platform === 'win32')
    return [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA]
      .filter(Boolean)
      .map((folder) => join(folder, CHROME_EXE));
  if (process.platform === 'darwin')
    return ['Google Chrome', 'Chromium'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
  const folders = [...(env.PATH ?? '').split(delimiter).filter(Boolean), '/usr/bin', '/snap/bin'];
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
}

// Ubuntu's package is a script that only names the snap to install. On Windows --version opens a window.
function runs(path) {
  if (!existsSync(path)) return false;
  return (
    process.platform === 'win32' ||
    spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 10_000 }).status === 0
  );
}
