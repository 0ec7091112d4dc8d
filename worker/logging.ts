import { DefaultLogger, Runtime, type LogEntry } from '@temporalio/worker';
import pino, { type Level, type Logger } from 'pino';
import { logFields, logText } from './log-fields';

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

/** Sends what the SDK logs to the logger. To be called once a process, before the first worker. */
export function installLogger(logger: Logger): void {
  Runtime.install({
    logger: new DefaultLogger('DEBUG', ({ level, message, meta }: LogEntry) => {
      const pinoLevel = PINO_LEVEL[level];
      if (logger.isLevelEnabled(pinoLevel)) logger[pinoLevel](meta ?? {}, logText(message));
    }),
    telemetryOptions: { logging: { forward: {}, filter: 'WARN' } },
    shutdownSignals: [],
  });
}

const PINO_LEVEL = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
