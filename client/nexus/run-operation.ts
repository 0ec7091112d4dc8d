import { getClient, startWorkflow, WorkflowRunOperationHandler } from '@temporalio/nexus';
import { HandlerError, type OperationHandler } from 'nexus-rpc';
import { z } from 'zod';
import { isOpenStatus } from '../../contract';
import type { AccountRequest, RunKind, RunStarter } from '../account/start-or-join';
import { answerOrRefuse } from './handler-errors';

/**
 * Makes an operation that is as long as a run of an account: it starts the run, or joins the open run that was asked for the
 * same. Each caller is called back at the end of the one run; the cancel of one cancels it, for all.
 */
export function runOperation<R extends AccountRequest, I, O>(
  kind: RunKind<R>,
  starter: () => RunStarter,
): OperationHandler<I, O> {
  const handler = new WorkflowRunOperationHandler<I, O>((context, input) =>
    answerOrRefuse(input, () =>
      starter().startOrAttach(kind, input, (workflow, options) =>
        startWorkflow<(...input: unknown[]) => Promise<O>>(context, workflow, options),
      ),
    ),
  );
  return {
    start: (context, input) => handler.start(context, input),
    async cancel(_context, token) {
      await cancelRun(kind.workflow, workflowIdIn(token));
    },
  };
}

/**
 * Cancels the open run of a workflow ID where it is of the operation's kind, and a caller waits for it. The SDK's own cancels
 * whatever has the ID: that may be a later run while the end of the operation's run is still on its way to the caller.
 */
async function cancelRun(workflowType: string, workflowId: string): Promise<void> {
  const { workflow } = getClient();
  const { runId, status, type, raw } = await workflow.getHandle(workflowId).describe();
  const isAwaited = (raw.callbacks ?? []).length > 0;
  if (!isOpenStatus(status.name) || type !== workflowType || !isAwaited) return;
  await workflow.getHandle(workflowId, runId).cancel();
}

const tokenSchema = z.object({ wid: z.string().min(1) });

/** Reads the workflow ID of the operation's run out of the token that Temporal's SDKs make of it: JSON, in base64url. */
function workflowIdIn(token: string): string {
  try {
    return tokenSchema.parse(JSON.parse(Buffer.from(token, 'base64url').toString())).wid;
  } catch (cause) {
    throw new HandlerError('BAD_REQUEST', 'The operation token is none of a run of this service.', { cause });
  }
}
