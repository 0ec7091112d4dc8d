import { isDirect } from '../../../activities/aws/no-proxy';

const STS = 'sts.eu-west-1.amazonaws.com';

test.each([
  [STS, STS],
  [STS, 'amazonaws.com'],
  [STS, '.amazonaws.com'],
  [STS, '*.amazonaws.com'],
  [STS, 'AMAZONAWS.COM'],
  [STS, 'example.com, amazonaws.com'],
  [STS, 'example.com amazonaws.com'],
  [STS, 'amazonaws.com:443'],
  [STS, '*'],
  [STS, ' , ,*, '],
  [`${STS}.`, STS],
  ['10.1.2.3', '10.1.2.3'],
  ['10.1.2.3', '10.0.0.0/8'],
  ['10.1.2.3', '10.1.2.3:443'],
  ['[fd00::1]', 'fd00::/8'],
  ['[fd00::1]', '[fd00::1]'],
  ['[fd00::1]', 'fd00::1'],
  ['[fd00::1]', '[fd00::1]:443'],
])('%s is reached directly where NO_PROXY is "%s"', (host, noProxy) => {
  expect(isDirect(host, 443, noProxy)).toBe(true);
});

test.each([
  [STS, ''],
  [STS, undefined],
  [STS, 'xamazonaws.com'],
  [STS, 'mazonaws.com'],
  [STS, 'sts.eu-west-1.amazonaws'],
  [STS, 'sts.eu-west-1.amazonaws.com.evil.example'],
  [STS, 'amazonaws.com:80'],
  [STS, '10.0.0.0/8'],
  ['11.1.2.3', '10.0.0.0/8'],
  ['10.1.2.3', '10.1.2.3/99'],
  ['110.1.2.3', '10.1.2.3'],
  ['10.1.2.3', '2.3'],
  ['10.1.2.3', '10.1.2.3:80'],
  ['localhost.example.com', ''],
  ['127.0.0.1.example.com', ''],
])('%s is reached by way of the proxy where NO_PROXY is "%s"', (host, noProxy) => {
  expect(isDirect(host, 443, noProxy)).toBe(false);
});

test.each([
  '127.0.0.1',
  '127.8.9.10',
  'localhost',
  'LOCALHOST',
  'localhost.',
  '[::1]',
  'sts.localhost',
  '::ffff:127.0.0.1',
])('%s is this machine: never by way of a proxy', (host) => {
  expect(isDirect(host, 4599)).toBe(true);
});
