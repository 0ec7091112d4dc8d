import { proxyVariableFor } from '../../client/proxy';
import { isLoopback } from '../../contract';

const PROXY = 'http://proxy.example:3128';

test.each(['127.0.0.1:7233', '127.8.9.1', 'localhost:7233', 'LOCALHOST', '[::1]:7233', 'up.localhost:1'])(
  '%s is of this machine, and goes through no proxy',
  (address) => {
    expect(isLoopback(address)).toBe(true);
    expect(proxyVariableFor(address, { grpc_proxy: PROXY, https_proxy: PROXY })).toBeUndefined();
  },
);

test.each([
  ['temporal.example:7233', { https_proxy: PROXY }, 'https_proxy'],
  ['temporal.example:7233', { https_proxy: PROXY, grpc_proxy: PROXY }, 'grpc_proxy'],
  ['temporal.example:7233', { http_proxy: PROXY, no_proxy: 'other.example' }, 'http_proxy'],
  ['temporal.example:7233', { http_proxy: PROXY, no_proxy: '.example' }, undefined],
  ['temporal.example:7233', { http_proxy: 'socks5://proxy.example' }, undefined],
  ['10.1.2.3:7233', { http_proxy: PROXY, no_proxy: 'x,10.0.0.0/8' }, undefined],
  ['11.1.2.3:7233', { http_proxy: PROXY, no_proxy: '10.0.0.0/8' }, 'http_proxy'],
  ['127.example:7233', { http_proxy: PROXY }, 'http_proxy'],
  ['temporal.example:7233', {}, undefined],
])('%s with %j: %s', (address, env, variable) => {
  expect(proxyVariableFor(address, env)).toBe(variable);
});
