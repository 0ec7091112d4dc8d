import { IdentityCenterClient } from '../../client';
import { createLogger, readWorkerSettings, type WorkerSettings } from '../../worker';
import { UsageError } from '../errors';
import { EXIT } from '../exit-codes';
import { interruption } from '../interrupt';
import { readConnection } from '../with-client';
import { consume, readConsumption } from './consumption';

/** Consumes a queue until it is interrupted, without serving runs: for where the workers are not to reach SQS. */
export async function consumeQueue(): Promise<number> {
  const settings = readSettings();
  const consumption = readConsumption(settings);
  if (consumption === undefined)
    throw new UsageError(
      'Say in IDENTITY_CENTER_QUEUE_URL which queue, and in IDENTITY_CENTER_EVENT_RULES_FILE by which rules.',
    );
  const logger = createLogger(settings.logLevel);
  const client = await IdentityCenterClient.connect(readConnection);
  try {
    await consume(settings, consumption, logger, interruption(), { client: () => client });
  } finally {
    await client.close();
  }
  return EXIT.done;
}

function readSettings(): WorkerSettings {
  try {
    return readWorkerSettings(process.env);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
