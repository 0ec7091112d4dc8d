import { DefaultLogger, Runtime, type LogEntry } from '@temporalio/worker';
import pino, { type Level, type Logger } from 'pino';

/** Creates a logger that writes JSON lines, to a file or to stderr: stdout belongs to the answers of the command. */
export function createLogger(level: Level, file?: string): Logger {
  const destination = file === undefined ? { fd: 2, sync: true } : { dest: file, mkdir: true, sync: true };
  return pino({ level, redact: ['*.secretAccessKey', '*.sessionToken'] }, pino.destination(destination));
}

/** Sends what the SDK logs to the logger. To be called once a process, before the first worker. */
export function installLogger(logger: Logger): void {
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta }: LogEntry) => {
      logger[PINO_LEVEL[level]](meta ?? {}, message);
    }),
    telemetryOptions: { logging: { forward: {}, filter: 'WARN' } },
    shutdownSignals: [],
  });
}

const PINO_LEVEL = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
