import { BlockList, isIP } from 'node:net';
import { isLoopback } from '../../contract';

/**
 * Whether a host is reached without a proxy: this machine always is, and what `NO_PROXY` lists, separated by commas or
 * blanks: a name, which stands for its subdomains too (as for curl, Go and the AWS CLI), an address, a network
 * (`10.0.0.0/8`), each with a port or without; `*` is everything.
 */
export function isDirect(host: string, port: number, noProxy = ''): boolean {
  const name = bare(host);
  if (isLoopback(name)) return true;
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry !== '' && covers(entry, name, port));
}

function covers(entry: string, name: string, port: number): boolean {
  if (entry === '*') return true;
  const [, network = '', bits = ''] = /^([\da-f.:]+)\/(\d{1,3})$/.exec(entry) ?? [];
  if (network !== '') return isIn(name, network, Number(bits));
  const [, listed = '', listedPort] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(entry) ?? ['', entry];
  if (listedPort !== undefined && Number(listedPort) !== port) return false;
  const domain = bare(listed).replace(/^\*?\./, '');
  return name === domain || (isIP(name) === 0 && name.endsWith(`.${domain}`));
}

function isIn(address: string, network: string, bits: number): boolean {
  const family = isIP(network);
  if (family === 0 || isIP(address) !== family || bits > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  const type = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(network, bits, type);
  return list.check(address, type);
}

/** A host without the brackets of IPv6 and the dot at the end of a full name. */
function bare(host: string): string {
  return host.toLowerCase().replace(/^\[(.*)\]$|\.$/, '$1');
}
