import { freePort } from '../../sandbox/temporal-server';
import { UsageError } from '../errors';

/** The ports that may be asked for, by their options. */
export interface UpPorts {
  port?: number;
  uiPort?: number;
  emulatorPort?: number;
}

const OPTIONS: Record<keyof UpPorts, string> = {
  port: '--port',
  uiPort: '--ui-port',
  emulatorPort: '--emulator-port',
};

/**
 * Checks that the ports that are asked for are free: whoever asks for one needs that one.
 *
 * @throws UsageError where one is taken, or asked for twice
 */
export async function requireFreePorts(
  ports: UpPorts,
  options: Partial<typeof OPTIONS> = OPTIONS,
): Promise<void> {
  const seen = new Set<number>();
  for (const key of Object.keys(options) as (keyof UpPorts)[]) {
    const port = ports[key];
    if (port === undefined || port === 0) continue;
    const what = `${options[key]}: port ${port} of 127.0.0.1 is`;
    if (seen.has(port)) throw new UsageError(`${what} asked for twice. Choose another.`);
    seen.add(port);
    if ((await freePort(port)) !== port)
      throw new UsageError(
        `${what} taken. Choose another, or leave the option out: then the next free one is used.`,
      );
  }
}
