/** Whether a host, with or without a port, is this machine by its name or number: `localhost`, 127.0.0.0/8, `::1`. */
export function isLoopback(hostAndPort: string): boolean {
  const host = hostAndPort.toLowerCase().replace(/^\[(.*)\](?::\d+)?$|^([^:]+):\d+$/, '$1$2');
  return /^(?:(?:[\w-]+\.)*localhost\.?|127\.\d+\.\d+\.\d+|(?:::ffff:)?127\.\d+\.\d+\.\d+|::1|0:0:0:0:0:0:0:1)$/.test(
    host,
  );
}
