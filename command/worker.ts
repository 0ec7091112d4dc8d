import { NativeConnection } from '@temporalio/worker';
import { TemporalUnreachableError } from '../client';
import { createLogger, createWorker, installLogger, readWorkerSettings } from '../worker';
import { UsageError } from './errors';
import { EXIT } from './exit-codes';
import { untilInterrupted } from './interrupt';
import { print, printJson } from './output';
import { findLocalServer } from './local/state';
import { readConnection, type CommonOptions } from './with-client';

/** Serves runs until it is interrupted, with the settings of the environment. */
export async function worker(options: CommonOptions): Promise<number> {
  const settings = readSettings();
  const temporal = readConnection();
  const { address } = temporal.connectionOptions;
  const sandbox = findLocalServer()?.temporalAddress;
  if (
    sandbox !== undefined &&
    address.replace(/^(localhost|\[::1\]|0\.0\.0\.0):/, '127.0.0.1:') === sandbox
  ) {
    throw new UsageError(
      `${address} is the server of "identity-center up", which has a worker of its own; this one would take its runs to AWS. Set TEMPORAL_ADDRESS to your server.`,
    );
  }
  installLogger(createLogger(settings.logLevel));
  const connection = await NativeConnection.connect(temporal.connectionOptions).catch((error: unknown) => {
    throw new TemporalUnreachableError(address, error);
  });
  try {
    const running = await createWorker({ connection, namespace: temporal.namespace, ...settings });
    const serving = { address, namespace: temporal.namespace, taskQueue: settings.taskQueue };
    if (options.json) printJson(serving);
    else
      print(
        `Worker on ${address}, namespace ${serving.namespace}, task queue ${serving.taskQueue}. Ctrl-C ends it.`,
      );
    void untilInterrupted().then(() => {
      running.shutdown();
    });
    await running.run();
  } finally {
    await connection.close();
  }
  return EXIT.done;
}

function readSettings() {
  try {
    return readWorkerSettings(process.env);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
