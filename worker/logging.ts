import { DefaultLogger, Runtime, type LogEntry, type MetricsExporterConfig } from '@temporalio/worker';
import pino, { type Level, type Logger } from 'pino';
import { defined } from '../contract';
import { logFields, logText } from './log-fields';
import { HISTOGRAM_BUCKETS } from './metrics';

export type { Logger };

/**
 * Creates a logger that writes JSON lines, each with the name of its level, an ISO time and, where it is about an account,
 * `accountId`; to a file or to stderr: stdout belongs to the answers of the command.
 */
export function createLogger(level: Level, file?: string): Logger {
  const destination = file === undefined ? { fd: 2, sync: true } : { dest: file, mkdir: true, sync: true };
  return pino(
    {
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { log: logFields, level: (name) => ({ level: name }) },
    },
    pino.destination(destination),
  );
}

/**
 * Sends what the SDK logs to the logger. To be called once a process, before the first worker.
 *
 * @param metricsAddress where the SDK is to export its metrics, for Prometheus; default: nowhere
 */
export function installLogger(logger: Logger, metricsAddress?: string): void {
  Runtime.install({
    logger: new DefaultLogger('DEBUG', ({ level, message, meta }: LogEntry) => {
      const pinoLevel = PINO_LEVEL[level];
      if (logger.isLevelEnabled(pinoLevel)) logger[pinoLevel](meta ?? {}, logText(message));
    }),
    telemetryOptions: {
      logging: { forward: {}, filter: 'WARN' },
      ...defined({ metrics: metricsAddress === undefined ? undefined : exportAt(metricsAddress) }),
    },
    shutdownSignals: [],
  });
}

/** The SDK's own are named, and counted in milliseconds, as Temporal's pages and dashboards have them. */
function exportAt(bindAddress: string): MetricsExporterConfig {
  return {
    attachServiceName: false,
    prometheus: { bindAddress, histogramBucketOverrides: HISTOGRAM_BUCKETS },
  };
}

const PINO_LEVEL = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
