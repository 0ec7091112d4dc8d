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
  RunHeldError,
  type ProvisionRequestInput,
  type StartedRun,
} from 'identity-center-orchestrator';

const EXIT_CODES = { failed: 1, usage: 2, running: 3, cancelled: 4, unreachable: 5 } as const;
// How long this job waits for the run, and how long for a worker that does not answer; in seconds.
const TIMEOUT = process.env['PROVISION_TIMEOUT'] ?? '3600';
const WORKER_TIMEOUT = Number(process.env['PROVISION_WORKER_TIMEOUT'] ?? 120);
const LOOK_EVERY_MS = 5_000;

/** Says where a run stands each time that it changes; breaks the wait for it off where no worker answers. */
async function follow(client: IdentityCenterClient, { accountId, runId }: StartedRun, lost: AbortController) {
  for (let heard = Date.now(), shown = ''; !lost.signal.aborted;) {
    const { stage, since, notice } = await client.status(accountId, runId);
    // A notice says that no worker has answered: the rest is what the server knows without one.
    if (notice === undefined) {
      heard = Date.now();
      if (stage !== shown) say(`${stage} since ${since}`);
      shown = stage;
    } else if (Date.now() - heard > WORKER_TIMEOUT * 1000) {
      lost.abort(
        new Error(
          `No worker has answered on task queue ${client.taskQueue} for ${WORKER_TIMEOUT} s. Start one (identity-center worker): the run goes on by itself. Then run this job again to wait for it.`,
        ),
      );
    }
    await sleep(LOOK_EVERY_MS);
  }
}

/** What to tell of an error, and the exit code. */
function describe(error: unknown): [message: string, code: number] {
  if (error instanceof RunHeldError) {
    const { accountId, heldUntil, failure } = error;
    const lines = [
      `Held until ${heldUntil}: ${failure?.whatHappened}`,
      `Next step: ${failure?.remedy}`,
      `AWS request ID: ${failure?.awsRequestId ?? 'none'}`,
      `Then: temporal workflow signal --workflow-id identity-center/${accountId} --name retry; and run this job again.`,
    ];
    return [lines.join('\n'), EXIT_CODES.running];
  }
  if (error instanceof RunFailedError) {
    const { type, situation, message, awsRequestId = 'none' } = error.failure;
    return [`Failed (${type}, ${situation}): ${message}\nAWS request ID: ${awsRequestId}`, EXIT_CODES.failed];
  }
  if (error instanceof IdentityCenterError) {
    const refused = error.category === 'usage' ? 'Refused: ' : '';
    return [`${refused}${error.message}`, EXIT_CODES[error.category]];
  }
  if (error instanceof SyntaxError)
    return [`Usage: provision.mts '{"accountId": "111122223333", "region": "eu-west-1"}'`, EXIT_CODES.usage];
  return [error instanceof Error ? error.message : String(error), EXIT_CODES.unreachable];
}

function say(message: string): void {
  process.stderr.write(`${message}\n`);
}

try {
  const request = JSON.parse(process.argv[2] ?? '') as ProvisionRequestInput;
  const client = await IdentityCenterClient.connect();
  const run = await client.start(request);
  const lost = new AbortController();
  follow(client, run, lost).catch((error: unknown) => {
    lost.abort(error);
  });
  const result = await client.result(run, { timeout: `${TIMEOUT}s`, signal: lost.signal });
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exit(0);
} catch (error) {
  const [message, code] = describe(error);
  say(message);
  process.exit(code);
}
