import type { ProxyConfig } from '@temporalio/common/lib/internal-non-workflow';
import { BlockList, isIPv4 } from 'node:net';
import { isLoopback } from '../contract';

/**
 * Finds the variable whose proxy gRPC goes through to an address; `undefined`: none. It reads them as @grpc/grpc-js does,
 * except that nothing of this machine goes through a proxy.
 */
export function proxyVariableFor(
  address: string,
  env: Record<string, string | undefined> = process.env,
): string | undefined {
  if (isLoopback(address)) return undefined;
  const variable = ['grpc_proxy', 'https_proxy', 'http_proxy'].find((name) => env[name]);
  if (variable === undefined || !/^http:\/\//i.test(env[variable] ?? '')) return undefined;
  const host = address.replace(/:\d+$/, '');
  const exempt = (env['no_grpc_proxy'] || env['no_proxy'] || '').split(',').filter(Boolean);
  return exempt.some((entry) => host.endsWith(entry) || isInside(host, entry)) ? undefined : variable;
}

/** Finds the proxy of {@link proxyVariableFor}, as the core of a worker takes it, which reads no such variable itself. */
export function proxyFor(
  address: string,
  env: Record<string, string | undefined> = process.env,
): ProxyConfig | undefined {
  const variable = proxyVariableFor(address, env);
  const value = variable === undefined ? undefined : env[variable];
  if (value === undefined || !URL.canParse(value)) return undefined;
  const { hostname, port, username, password } = new URL(value);
  return {
    type: 'http-connect',
    targetHost: `${hostname}:${port || 80}`,
    ...(username !== '' && {
      basicAuth: { username: decoded(username), password: decoded(password) },
    }),
  };
}

/** A password may have a `%` that encodes nothing. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isInside(host: string, entry: string): boolean {
  const [net = '', prefix = ''] = entry.split('/');
  if (!isIPv4(host) || !isIPv4(net) || !/^\d+$/.test(prefix) || Number(prefix) > 32) return false;
  const list = new BlockList();
  list.addSubnet(net, Number(prefix));
  return list.check(host);
}
