import type { CallListener, ConsumedQueue } from '../../activities';
import { IdentityCenterClient } from '../../client';
import { defined } from '../../contract';
import type { EventRules } from '../../pipelines';
import { consumeQueue, openQueue, readQueueUrl, type ConsumerParts } from '../../pipelines/queue';
import { WorkerMetrics, type Companion, type Logger, type WorkerSettings } from '../../worker';
import { readRulesFile } from '../read-rules';

/** A queue that is consumed, and by which rules. */
export interface Consumption {
  queue: ConsumedQueue;
  rules: EventRules;
}

/** Reads which queue is to be consumed; `undefined`: none is. @throws UsageError where its rules cannot be read */
export function readConsumption({ queueUrl: url, eventRulesFile }: WorkerSettings): Consumption | undefined {
  if (url === undefined || eventRulesFile === undefined) return undefined;
  const rules = readRulesFile(eventRulesFile, 'IDENTITY_CENTER_EVENT_RULES_FILE');
  return { queue: defined({ url, region: readQueueUrl(url)?.region }), rules };
}

/** Makes what consumes the queue beside a worker, over its connection: its runs start eagerly. */
export function companionOf(settings: WorkerSettings, consumption: Consumption, logger: Logger): Companion {
  const { taskQueue } = settings;
  return async (temporal, signal) => {
    const { namespace } = temporal().options;
    const metrics = new WorkerMetrics({ namespace, taskQueue });
    let client: IdentityCenterClient | undefined;
    const parts: Pick<ConsumerParts, 'client' | 'onNews'> = {
      client() {
        const its = temporal();
        if (client?.temporal !== its)
          client = new IdentityCenterClient(its, taskQueue, { startsEagerly: true });
        return client;
      },
      onNews: metrics.queue(),
    };
    await consume(settings, consumption, logger, signal, parts, metrics.calls());
  };
}

/** Consumes the queue until the signal. */
export async function consume(
  { aws }: WorkerSettings,
  { queue: { url }, rules }: Consumption,
  logger: Logger,
  signal: AbortSignal,
  parts: Pick<ConsumerParts, 'client' | 'onNews'>,
  onAnswer?: CallListener,
): Promise<void> {
  const queue = await openQueue(aws, url, signal, onAnswer);
  logger.info({ queueUrl: url, region: queue.region }, 'The queue is consumed.');
  await consumeQueue({
    ...parts,
    queue,
    rules,
    lookUp: queue.lookUp,
    signal,
    log({ level, message, ...fields }) {
      logger[LEVELS[level]](fields, message);
    },
  });
}

const LEVELS = { INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
