// Gives one AWS account its IAM Identity Center instance, and waits for it: starts the run of the account, or joins it.
//
//   npm install identity-center-orchestrator
//   npx tsx provision.mts '{"accountId": "111122223333", "region": "eu-west-1"}'
//
// The result goes to stdout as JSON, all else to stderr. Exit code: 0 the instance is ACTIVE; 1 the run failed; 2 the
// request is wrong, or another one is open; 3 held for a person, or still running; 4 cancelled; 5 Temporal or its worker
// does not answer. After 3 and 5 the run is still there: the same command joins it.
//
// Connects as TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_... or TEMPORAL_PROFILE say.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  IdentityCenterClient,
  IdentityCenterError,
  RunFailedError,
  type ProvisionRequestInput,
  type ProvisionResult,
} from 'identity-center-orchestrator';

const EXIT_CODES: Record<string, number> = { failed: 1, usage: 2, cancelled: 4, unreachable: 5 };
// How long this job waits for the run, and how long for a worker that does not answer; in seconds.
const TIMEOUT = Number(process.env['PROVISION_TIMEOUT'] ?? 3600);
const WORKER_TIMEOUT = Number(process.env['PROVISION_WORKER_TIMEOUT'] ?? 120);
const LOOK_EVERY = 5;

/** Ends the job: an exit code, and what to tell. */
class Stop extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

function seconds(): number {
  return performance.now() / 1000;
}

async function provision(
  client: IdentityCenterClient,
  request: ProvisionRequestInput,
): Promise<ProvisionResult> {
  const run = await client.start(request).catch((error: unknown) => {
    const isRefused = error instanceof IdentityCenterError && error.category === 'usage';
    throw isRefused ? new Stop(2, `Refused: ${error.message}`) : error;
  });
  const result = client.result(run);
  // Whoever waits below is told; a job that returns before does not wait.
  result.catch(() => undefined);
  const began = seconds();
  let [heard, shown] = [began, ''];
  for (;;) {
    const ended = await Promise.race([result, sleep(shown === '' ? 500 : LOOK_EVERY * 1000)]);
    if (ended !== undefined) return ended;
    const { stage, since, heldUntil, failure, notice } = await client.status(run.accountId, run.runId);
    // A notice says that no worker has answered, and what is known without one.
    if (notice === undefined) {
      heard = seconds();
      if (stage !== shown) process.stderr.write(`${stage} since ${since}\n`);
      shown = stage;
    } else if (seconds() - heard > WORKER_TIMEOUT) {
      throw new Stop(
        5,
        `No worker has answered on task queue ${client.taskQueue} for ${WORKER_TIMEOUT} s. Start one (identity-center worker): the run goes on by itself. Then run this job again to wait for it.`,
      );
    }
    if (stage === 'held')
      throw new Stop(
        3,
        [
          `Held until ${heldUntil}: ${failure?.whatHappened}`,
          `Next step: ${failure?.remedy}`,
          `AWS request ID: ${failure?.awsRequestId ?? 'none'}`,
          `Then: temporal workflow signal --workflow-id ${run.workflowId} --name retry; and run this job again.`,
        ].join('\n'),
      );
    if (shown !== '' && seconds() - began > TIMEOUT)
      throw new Stop(
        3,
        `Still running after ${TIMEOUT} s, in stage ${shown}. Run this job again to wait for more.`,
      );
  }
}

function stopOf(error: unknown): Stop {
  if (error instanceof Stop) return error;
  if (error instanceof RunFailedError) {
    const { type, situation, message, awsRequestId = 'none' } = error.failure;
    return new Stop(1, `Failed (${type}, ${situation}): ${message}\nAWS request ID: ${awsRequestId}`);
  }
  if (error instanceof IdentityCenterError) return new Stop(EXIT_CODES[error.category] ?? 1, error.message);
  throw error;
}

try {
  const request = JSON.parse(process.argv[2] ?? '') as ProvisionRequestInput;
  const client = await IdentityCenterClient.connect();
  process.stdout.write(`${JSON.stringify(await provision(client, request))}\n`);
  process.exit(0);
} catch (error) {
  const isUsage = error instanceof SyntaxError;
  const usage = `Usage: provision.mts '{"accountId": "111122223333", "region": "eu-west-1"}'`;
  const { code, message } = isUsage ? new Stop(2, usage) : stopOf(error);
  process.stderr.write(`${message}\n`);
  process.exit(code);
}
