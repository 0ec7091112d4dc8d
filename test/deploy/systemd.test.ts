import path from 'node:path';
import { ROOT } from '../docs/pages';
import { isInstalled, run } from './tools';

const UNIT = path.join(ROOT, 'deploy', 'systemd', 'identity-center-worker.service');
const withSystemd = isInstalled('systemd-analyze') ? test : test.skip;

withSystemd('systemd takes the unit as it is', () => {
  const { status, stdout, stderr } = run('systemd-analyze', ['verify', '--man=no', UNIT]);
  // Where Node.js is elsewhere, the unit has to be told so, and says so.
  const said = `${stdout}${stderr}`.replaceAll(/^.*Command \/usr\/bin\/node is not executable.*\n/gm, '');
  expect(said).toBe('');
  if (stderr === '') expect(status).toBe(0);
});

withSystemd('the service may do little more than it needs', () => {
  const { status, stdout, stderr } = run('systemd-analyze', [
    'security',
    '--offline=yes',
    '--threshold=20',
    UNIT,
  ]);
  expect({ status, said: status === 0 ? '' : `${stdout}${stderr}` }).toEqual({ status: 0, said: '' });
});
