import {
  arrayFromPayloads,
  type LoadedDataConverter,
  type Payload,
  type WorkflowSerializationContext,
} from '@temporalio/common';
import { defined } from '../defined';

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
                identity?: string | null;
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
  client: HistoryReader,
  execution: { workflowId: string; runId?: string },
): Promise<unknown> {
  return (await readRunStart(client, execution)).argument;
}

/** Reads, as {@link readRunArgument} does, also who started the run: the identity of that client. */
export async function readRunStart(
  { options, workflowService }: HistoryReader,
  execution: { workflowId: string; runId?: string },
): Promise<{ argument: unknown; identity?: string }> {
  const { namespace } = options;
  const { history } = await workflowService.getWorkflowExecutionHistory({
    namespace,
    execution,
    maximumPageSize: 1,
  });
  const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
  let payloads = started?.input?.payloads ?? [];
  const { payloadCodecs, payloadConverter } = options.loadedDataConverter;
  const context: WorkflowSerializationContext = {
    type: 'workflow',
    namespace,
    workflowId: execution.workflowId,
  };
  for (const codec of payloadCodecs.toReversed()) payloads = await codec.decode(payloads, context);
  const [argument] = arrayFromPayloads(payloadConverter, payloads, context);
  return { argument, ...defined({ identity: started?.identity || undefined }) };
}

/** A field in which two requests differ; `running` or `asked` is absent where that one lacks it. */
export interface FieldDifference {
  field: string;
  running?: unknown;
  asked?: unknown;
}

/** The fields in which a running request and a new one differ, in alphabetical order; none: they ask for the same. */
export function diffRequests(running: object, asked: object): FieldDifference[] {
  const [left, right] = [leaves(running), leaves(asked)];
  return [...new Set([...left.keys(), ...right.keys()])]
    .filter((field) => left.get(field) !== right.get(field))
    .sort()
    .map((field) => ({ field, running: left.get(field), asked: right.get(field) }));
}

function leaves(value: object, prefix = ''): Map<string, unknown> {
  const entries = Object.entries(value).flatMap(([key, inner]: [string, unknown]): [string, unknown][] =>
    typeof inner === 'object' && inner !== null
      ? [...leaves(inner, `${prefix}${key}.`)]
      : inner === undefined
        ? []
        : [[`${prefix}${key}`, inner]],
  );
  return new Map(entries);
}
