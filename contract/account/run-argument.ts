import {
  arrayFromPayloads,
  type LoadedDataConverter,
  type Payload,
  type WorkflowSerializationContext,
} from '@temporalio/common';

/** The parts of a client of the Temporal SDK that are used here; the contract does not depend on it. */
interface HistoryReader {
  readonly options: { readonly namespace: string; readonly loadedDataConverter: LoadedDataConverter };
  readonly workflowService: {
    getWorkflowExecutionHistory(request: {
      namespace: string;
      execution: { workflowId: string; runId?: string };
      maximumPageSize: number;
    }): Promise<{
      history?: {
        events?:
          | {
              workflowExecutionStartedEventAttributes?: {
                input?: { payloads?: Payload[] | null } | null;
              } | null;
            }[]
          | null;
      } | null;
    }>;
  };
}

/**
 * Reads the argument that a run was started with, from the first event of its history: whoever started it, it is there.
 * It is decoded by the client's own data converter, which is told of which workflow it is.
 */
export async function readRunArgument(
  { options, workflowService }: HistoryReader,
  execution: { workflowId: string; runId?: string },
): Promise<unknown> {
  const { namespace } = options;
  const { history } = await workflowService.getWorkflowExecutionHistory({
    namespace,
    execution,
    maximumPageSize: 1,
  });
  let payloads = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  const { payloadCodecs, payloadConverter } = options.loadedDataConverter;
  const context: WorkflowSerializationContext = {
    type: 'workflow',
    namespace,
    workflowId: execution.workflowId,
  };
  for (const codec of payloadCodecs.toReversed()) payloads = await codec.decode(payloads, context);
  const [argument] = arrayFromPayloads(payloadConverter, payloads, context);
  return argument;
}
