import { commandFor, type CommandRunner } from '../support/command';
import { startHarness, type Harness } from '../support/harness';
import { startProxy, type TestProxy } from '../support/proxy';

let harness: Harness;
let command: CommandRunner;
let proxy: TestProxy;
beforeAll(async () => {
  harness = await startHarness({ worker: false, ownServer: {} });
  command = commandFor(harness);
  proxy = await startProxy(() => ({ status: 503 }));
});
afterAll(async () => {
  command.dispose();
  await proxy.close();
  await harness.stop();
});

test.concurrent.each(['http_proxy', 'https_proxy', 'grpc_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'])(
  'with %s a Temporal server on this machine is asked without it',
  async (variable) => {
    const { code, stderr } = await command.run(['fleet', 'list'], { env: { [variable]: proxy.url } });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(proxy.asked).toEqual([]);
  },
);

test.concurrent.each([
  ['HTTPS_PROXY', 'socks5://proxy:1080', 'HTTPS_PROXY: must be the URL of an HTTP proxy'],
  ['http_proxy', 'http://', 'http_proxy: must be the URL of an HTTP proxy'],
  ['AWS_CA_BUNDLE', '/nowhere/ca.pem', 'AWS_CA_BUNDLE: ENOENT'],
  ['AWS_CA_BUNDLE', '/dev/null', 'AWS_CA_BUNDLE: /dev/null has no certificate'],
])('a worker with %s=%s does not start, and says why', async (variable, value, words) => {
  const { code, stderr } = await command.run(['worker'], { env: { [variable]: value } });
  expect(stderr).toContain(words);
  expect(code).toBe(2);
});
