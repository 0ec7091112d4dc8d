import { startEmulator } from '../../sandbox';
import { defined } from '../../contract';
import { EXIT } from '../exit-codes';
import { untilInterrupted } from '../interrupt';
import { print, printJson } from '../output';
import type { CommonOptions } from '../with-client';
import { requireFreePorts } from './ports';

/** Runs the emulator of AWS alone, until it is interrupted. */
export async function emulator({ json, port }: CommonOptions & { port?: number }): Promise<number> {
  await requireFreePorts(defined({ emulatorPort: port }), { emulatorPort: '--port' });
  const running = await startEmulator({ ...defined({ port }), freePortIfTaken: port === undefined });
  const { url } = running;
  if (json) printJson({ url });
  else {
    print(`AWS emulator (sso-admin, STS) at ${url}. Ctrl-C ends it. In another terminal:`);
    print(
      `  export AWS_ENDPOINT_URL=${url} AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=emulator AWS_SECRET_ACCESS_KEY=emulator`,
    );
  }
  await untilInterrupted();
  await running.close();
  return EXIT.done;
}
