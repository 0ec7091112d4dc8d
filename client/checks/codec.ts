import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { oneLine, type Check } from '../../contract';

const { EventType } = temporal.api.enums.v1;
const CHECK = 'payload codec';
const PLAIN = 'json/plain';

type Payloads = temporal.api.common.v1.IPayloads | null | undefined;

/** What the history of a workflow tells of how both sides encode what they send. */
export interface Encodings {
  events: number;
  /** Of what whoever started it sent. */
  sent?: string | undefined;
  /** Of what the worker answered. */
  answered?: string | undefined;
  /** Why the worker could not take it up, in the words of its workflow task. */
  taskFailure?: string;
}

/** Reads how the payloads of a workflow are encoded, without decoding them. */
export async function readEncodings(client: Client, workflowId: string, runId: string): Promise<Encodings> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
  });
  const found: Encodings = { events: history?.events?.length ?? 0 };
  for (const event of history?.events ?? []) {
    if (event.eventType === EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED)
      found.sent = given(event.workflowExecutionStartedEventAttributes?.input);
    if (event.eventType === EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED)
      found.answered = given(event.workflowExecutionCompletedEventAttributes?.result);
    if (event.eventType === EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED)
      found.taskFailure = oneLine(event.workflowTaskFailedEventAttributes?.failure?.message ?? '', 300);
  }
  return found;
}

function given(payloads: Payloads): string | undefined {
  const [first] = payloads?.payloads ?? [];
  const encoding = first?.metadata?.['encoding'];
  return encoding ? Buffer.from(encoding).toString('utf8') : undefined;
}

/** Checks that worker and client encode payloads alike. */
export function checkCodec({ sent, answered }: Encodings): Check {
  if (sent !== undefined && answered !== undefined && sent !== answered)
    return {
      check: CHECK,
      ok: false,
      found: `this side sends ${sent}, the worker ${answered}`,
      remedy: SAME_SETTINGS,
    };
  const encoding = sent ?? answered ?? PLAIN;
  const found =
    encoding === PLAIN
      ? 'none: whoever may read the namespace can read requests and results'
      : `${encoding}, on both sides`;
  return { check: CHECK, ok: true, found };
}

const SAME_SETTINGS =
  'Give this side and every worker the same codec and keys, then start the workers again; runs wait meanwhile.';

/** Tells that this side could not read what the worker had answered. */
export function unreadable({ answered }: Encodings, reason: string): Check {
  const found = `this side cannot read what the worker answers (${answered ?? 'of unknown encoding'}): ${oneLine(reason, 300)}`;
  return { check: CHECK, ok: false, found, remedy: SAME_SETTINGS };
}
