/**
 * Gives one AWS account its IAM Identity Center instance from a workflow of your own, in a namespace of your own, by Nexus.
 *
 *     npm install identity-center-orchestrator @temporalio/worker nexus-rpc
 *     node caller.mjs '{"accountId": "111122223333", "region": "eu-west-1"}'
 *
 * The workflow calls the operation `provision` of the service `IdentityCenter`, which starts the run of the account or joins
 * it, and waits for its end; meanwhile nothing of this process is needed. Here the worker of the workflow and what starts it
 * are one process, for the sake of one command.
 *
 * The result goes to stdout as JSON, all else to stderr. Exit code: 0 the instance is ACTIVE; 1 the run failed; 2 the request
 * is wrong, or another one is open; 4 cancelled; 5 Temporal does not answer.
 *
 * Connects as TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE (that of your workflows), TEMPORAL_API_KEY, TEMPORAL_TLS_… or
 * TEMPORAL_PROFILE say. IDENTITY_CENTER_NEXUS_ENDPOINT names the endpoint that leads to the workers of Identity Center.
 */
import { fileURLToPath } from 'node:url';
import { Client, Connection, WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { FailureDetails, ProvisionRequestInput } from 'identity-center-orchestrator/nexus';
import { HandlerError } from 'nexus-rpc';
import type { vendAccount } from './workflows.js';

const ENDPOINT = process.env['IDENTITY_CENTER_NEXUS_ENDPOINT'] ?? 'identity-center';
const TASK_QUEUE = 'account-vending';

/** Says what the operation ended with: its causes are the refusal of the handler, or the failure of the run. */
function explain({ cause }: WorkflowFailedError): [message: string, exitCode: number] {
  const causes: unknown[] = [];
  for (let at: unknown = cause; at instanceof Error; at = at.cause) causes.push(at);
  if (causes.some((it) => it instanceof CancelledFailure)) return ['The run was cancelled.', 4];
  const failure = causes.find((it) => it instanceof ApplicationFailure);
  if (failure === undefined) return [`Failed: ${cause?.message ?? 'for no reason that is known'}`, 1];
  if (causes.some((it) => it instanceof HandlerError)) return [`Refused: ${failure.message}`, 2];
  const [details] = (failure.details ?? []) as [FailureDetails?];
  return [
    `Failed (${failure.type ?? ''}, ${details?.situation ?? ''}): ${failure.message}\nAWS request ID: ${details?.awsRequestId ?? 'none'}`,
    1,
  ];
}

async function vend(request: ProvisionRequestInput): Promise<number> {
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ message }) => process.stderr.write(`${message}\n`)),
  });
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const connection = await NativeConnection.connect(connectionOptions);
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: TASK_QUEUE,
    workflowsPath: fileURLToPath(new URL('workflows.js', import.meta.url)),
  });
  const client = new Client({ connection: await Connection.connect(connectionOptions), namespace });
  try {
    const result = await worker.runUntil(() =>
      client.workflow.execute<typeof vendAccount>('vendAccount', {
        workflowId: `vend-account/${request.accountId}`,
        taskQueue: TASK_QUEUE,
        args: [ENDPOINT, request],
        workflowIdConflictPolicy: 'USE_EXISTING',
      }),
    );
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const [message, code] = explain(error);
    process.stderr.write(`${message}\n`);
    return code;
  } finally {
    await client.connection.close();
    await connection.close();
  }
}

try {
  process.exitCode = await vend(JSON.parse(process.argv[2] ?? '') as ProvisionRequestInput);
} catch (error) {
  const isUsage = error instanceof SyntaxError;
  const usage = `Usage: caller.mjs '{"accountId": "111122223333", "region": "eu-west-1"}'`;
  process.stderr.write(isUsage ? `${usage}\n` : `Temporal is not reachable: ${String(error)}\n`);
  process.exitCode = isUsage ? 2 : 5;
}
