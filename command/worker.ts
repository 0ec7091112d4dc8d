import { setTimeout as sleep } from 'node:timers/promises';
import { connectToTemporal, explainNoConnection, IdentityCenterError } from '../client';
import { defined, oneLine } from '../contract';
import { temporalExtensions } from '../encryption';
import {
  checkOwnIdentity,
  createLogger,
  defaultBuildId,
  Health,
  installLogger,
  readWorkerSettings,
  serve,
  startMonitor,
  startTracing,
  type Interruption,
  type Logger,
  type Monitor,
  type ServeOptions,
  type Tracing,
  type WorkerConnection,
  type WorkerSettings,
} from '../worker';
import { readableError, UsageError } from './errors';
import { EXIT } from './exit-codes';
import { interruption } from './interrupt';
import { findLocalServer } from './local/state';
import { print, printJson } from './output';
import { readConnection, type CommonOptions } from './with-client';

/** How often the same reason is told again. */
const TELL_AGAIN_MS = 60_000;
/** A collector that does not answer keeps no worker from its end. */
const TRACES_WITHIN_MS = 2_000;

/** Serves runs until it is interrupted, with the settings of the environment, whether or not the server is there. */
export async function worker(options: CommonOptions): Promise<number> {
  const settings = await usage(() => readWorkerSettings(process.env));
  refuseServerOfUp(readConnection());
  const logger = createLogger(settings.logLevel);
  const extensions = await temporalExtensions(process.env, (error) => {
    logger.error({ error }, 'The renewed keys of encryption cannot be used; the old ones stay in use.');
  });
  const tracing = await usage(() => startTracing(process.env));
  const health = new Health();
  // Last, as it listens: what is wrong with the settings ends the process before.
  const monitor = await startTelling(settings, health);
  installLogger(logger, monitor?.metricsAddress);
  const beside = await queueBeside(settings, logger);
  const tell = tellOnceInAWhile((words) => {
    logger.error(words);
  });
  let served = false;
  void tellOwnIdentity(settings, logger);
  try {
    await serve({
      ...settings,
      ...defined({ tracing }),
      ...beside,
      health,
      extensions,
      readConnection,
      signal: interruption(),
      onServing(to) {
        tell.forget();
        if (served) logger.info(`The worker serves again, on ${to.connectionOptions.address}.`);
        else announce(to, settings, options, logger, monitor, tracing);
        served = true;
      },
      onInterruption: (why) => void wordsFor(why).then(tell),
      onRenewal({ connectionOptions: { address } }, error) {
        if (error === undefined)
          logger.info(`The worker uses the renewed keys and certificates for ${address}.`);
        else
          logger.error(
            { error },
            `The renewed keys and certificates for ${address} cannot be used; the old ones stay in use.`,
          );
      },
    });
  } catch (error) {
    if (error instanceof IdentityCenterError) throw error;
    // The last line that a process leaves is where people look.
    logger.fatal({ error }, `The worker ends: ${readableError(error).message}`);
    throw new Error(
      `The worker has ended: ${oneLine(readableError(error).message, 500)}. Runs wait for the next one: start it again.`,
    );
  } finally {
    await Promise.allSettled([monitor?.close(), endWithin(TRACES_WITHIN_MS, tracing?.stop())]);
  }
  return EXIT.done;
}

/** Reads which queue is consumed beside the worker. What does that takes its time to load, and most workers have none. */
async function queueBeside(
  settings: WorkerSettings,
  logger: Logger,
): Promise<Pick<ServeOptions, 'queue' | 'companion'>> {
  if (settings.queueUrl === undefined) return {};
  const { companionOf, readConsumption } = await import('./pipelines/consumption.js');
  const consumption = readConsumption(settings);
  if (consumption === undefined) return {};
  return { queue: consumption.queue, companion: companionOf(settings, consumption, logger) };
}

/** Begins to tell how the worker is, where the settings say so. */
async function startTelling(
  { metricsAddress: address }: WorkerSettings,
  health: Health,
): Promise<Monitor | undefined> {
  if (address === undefined) return undefined;
  try {
    return await startMonitor(address, health);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === 'EADDRINUSE' ? 'something listens there already' : `it cannot be listened at (${message})`;
    throw new UsageError(
      `IDENTITY_CENTER_METRICS_ADDRESS: ${address.host}, port ${address.port}: ${why}. Name another address or port.`,
    );
  }
}

/** Waits no longer than so many milliseconds. */
async function endWithin(milliseconds: number, ended: Promise<void> | undefined): Promise<void> {
  await Promise.race([ended, sleep(milliseconds, undefined, { ref: false })]);
}

/** Says who the worker is to AWS, or that it has no credentials that work: it serves all the same, as they may still come. */
async function tellOwnIdentity({ aws }: WorkerSettings, logger: Logger): Promise<void> {
  const { ok, found, remedy } = await checkOwnIdentity(aws);
  if (ok) logger.info(`The worker is ${found} to AWS.`);
  else logger.warn(`AWS does not know this worker, and runs wait until it does. ${found} ${remedy ?? ''}`);
}

function announce(
  to: WorkerConnection,
  {
    taskQueue,
    aws,
    logLevel,
    buildId = defaultBuildId(),
    identity,
    receivers,
    queueUrl,
    eventRulesFile,
    ...tuning
  }: WorkerSettings,
  { json }: CommonOptions,
  logger: Logger,
  monitor: Monitor | undefined,
  tracing: Tracing | undefined,
): void {
  const { address } = to.connectionOptions;
  const { maxCallsPerSecond } = aws;
  const told = defined({
    maxCallsPerSecond,
    identity,
    metricsAddress: monitor && `${monitor.address.host}:${monitor.address.port}`,
    // Their names, as nothing of where they are belongs into a log.
    receivers: receivers?.map(({ name }) => name),
    queueUrl,
    eventRulesFile,
    traces: tracing?.endpoint,
  });
  logger.info({ taskQueue, logLevel, buildId, ...tuning, ...told }, 'The worker serves.');
  if (tuning.deploymentName !== undefined)
    logger.info(
      `Temporal gives this version no runs before it is current, or ramps: temporal worker deployment set-current-version --deployment-name ${tuning.deploymentName} --build-id ${buildId}`,
    );
  if (json) printJson({ address, namespace: to.namespace, taskQueue });
  else print(`Worker on ${address}, namespace ${to.namespace}, task queue ${taskQueue}. Ctrl-C ends it.`);
}

/** Says why the worker does not serve, in the words that the client has for it: the SDK's core has few. */
async function wordsFor({ to, error, retryInMs }: Interruption): Promise<string> {
  const reason = to === undefined ? readableError(error).message : await whyNot(to, error);
  return `The worker does not serve; it tries again in ${retryInMs / 1_000} s, and goes on trying. ${reason}`;
}

async function whyNot(to: WorkerConnection, error: unknown): Promise<string> {
  try {
    // Nothing that it asks is encrypted.
    const { connection, workflowService } = await connectToTemporal(to, { dataConverter: {}, plugins: [] });
    try {
      await workflowService.describeNamespace({ namespace: to.namespace });
    } catch (refusal) {
      throw await explainNoConnection(to, refusal);
    } finally {
      await connection.close();
    }
    return `The Temporal server at ${to.connectionOptions.address} refuses it: ${oneLine(readableError(error).message, 300)}.`;
  } catch (reason) {
    return readableError(reason).message;
  }
}

/** Tells what is new at once, and the same again after a minute. */
function tellOnceInAWhile(tell: (words: string) => void) {
  let last = { reason: '', at: 0 };
  return Object.assign(
    (words: string) => {
      const reason = words.replace(/ in \d+ s/, '');
      if (reason === last.reason && performance.now() - last.at < TELL_AGAIN_MS) return;
      last = { reason, at: performance.now() };
      tell(words);
    },
    {
      forget() {
        last = { reason: '', at: 0 };
      },
    },
  );
}

function refuseServerOfUp({ connectionOptions: { address } }: WorkerConnection): void {
  const sandbox = findLocalServer()?.temporalAddress;
  if (sandbox === undefined) return;
  if (address.replace(/^(localhost|\[::1\]|0\.0\.0\.0):/, '127.0.0.1:') !== sandbox) return;
  throw new UsageError(
    `${address} is the server of "identity-center up", which has a worker of its own; this one would take its runs to AWS. Set TEMPORAL_ADDRESS to your server.`,
  );
}

/** Reads settings: one that is wrong is a wrong usage. */
async function usage<T>(read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
