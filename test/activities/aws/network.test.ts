import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readNetworkSettings } from '../../../activities/aws/network';
import { makeCertificates, type Certificates } from '../../support/certificates';

let certificates: Certificates;
let folder: string;
beforeAll(() => {
  certificates = makeCertificates('aws.example.test');
  folder = mkdtempSync(path.join(tmpdir(), 'identity-center-'));
});
afterAll(() => {
  certificates.dispose();
  rmSync(folder, { recursive: true });
});

function file(name: string, text: string): string {
  const at = path.join(folder, name);
  writeFileSync(at, text);
  return at;
}

test.each([
  [{ HTTPS_PROXY: 'http://proxy:3128' }, { httpsProxy: 'http://proxy:3128/' }],
  [{ https_proxy: 'proxy:3128' }, { httpsProxy: 'http://proxy:3128/' }],
  [{ https_proxy: 'a:1', HTTPS_PROXY: 'b:2' }, { httpsProxy: 'http://a:1/' }],
  [{ https_proxy: ' ', HTTPS_PROXY: ' b:2 ' }, { httpsProxy: 'http://b:2/' }],
  [{ HTTP_PROXY: 'https://user:pa%20ss@proxy' }, { httpProxy: 'https://user:pa%20ss@proxy/' }],
  [
    { http_proxy: '10.0.0.1:8080', no_proxy: 'a, b' },
    { httpProxy: 'http://10.0.0.1:8080/', noProxy: 'a, b' },
  ],
  [{ NO_PROXY: '*' }, { noProxy: '*' }],
  [{ HTTPS_PROXY: '', http_proxy: ' ', NO_PROXY: '', AWS_CA_BUNDLE: '' }, {}],
  [{}, {}],
])('%j gives %j', (env, settings) => {
  expect(readNetworkSettings(env)).toEqual(settings);
});

test.each([
  ['HTTPS_PROXY', 'socks5://proxy:1080'],
  ['https_proxy', 'ftp://proxy'],
  ['HTTP_PROXY', 'http://'],
  ['http_proxy', 'proxy:port'],
  ['HTTPS_PROXY', 'http://proxy:99999'],
  ['HTTPS_PROXY', 'not a proxy'],
])('%s=%s is refused by its name', (variable, value) => {
  expect(() => readNetworkSettings({ [variable]: value })).toThrow(
    `${variable}: must be the URL of an HTTP proxy, such as http://proxy.example.com:3128, and is ${value}`,
  );
});

test('the password of a proxy is not shown', () => {
  expect(() => readNetworkSettings({ HTTPS_PROXY: 'socks5://me:secret@proxy' })).toThrow(
    /is socks5:\/\/…@proxy$/,
  );
  expect(() => readNetworkSettings({ HTTPS_PROXY: 'me:secret@proxy:port' })).toThrow(/is …@proxy:port$/);
});

test('AWS_CA_BUNDLE gives its authorities, and those of NODE_EXTRA_CA_CERTS', () => {
  const { authorityFile, cert } = certificates;
  expect(readNetworkSettings({ AWS_CA_BUNDLE: authorityFile }).authorities).toHaveLength(1);
  const two = file('two.pem', `# a comment\n${cert}\nand\n${cert}`);
  expect(readNetworkSettings({ AWS_CA_BUNDLE: two }).authorities).toHaveLength(2);
  const both = { AWS_CA_BUNDLE: two, NODE_EXTRA_CA_CERTS: authorityFile };
  expect(readNetworkSettings(both).authorities).toHaveLength(3);
  const extraGone = { AWS_CA_BUNDLE: two, NODE_EXTRA_CA_CERTS: path.join(folder, 'none') };
  expect(readNetworkSettings(extraGone).authorities).toHaveLength(2);
});

test('AWS_CA_BUNDLE that is no bundle is refused by its name', () => {
  const read = (AWS_CA_BUNDLE: string) => () => readNetworkSettings({ AWS_CA_BUNDLE });
  expect(read(path.join(folder, 'none.pem'))).toThrow(/^AWS_CA_BUNDLE: ENOENT.*none\.pem/);
  expect(read(folder)).toThrow(/^AWS_CA_BUNDLE: EISDIR/);
  expect(read(file('empty.pem', ''))).toThrow(/^AWS_CA_BUNDLE: .*empty\.pem has no certificate in PEM/);
  expect(read(file('key.pem', certificates.key))).toThrow(/no certificate in PEM/);
  const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';
  expect(read(file('broken.pem', broken))).toThrow(
    /^AWS_CA_BUNDLE: .* has a certificate that cannot be read/,
  );
});
