import {
  defaultPayloadConverter,
  JsonPayloadConverter,
  type Payload,
  type PayloadConverter,
  type SerializationContext,
} from '@temporalio/common';
import { workflowInfo } from '@temporalio/workflow';

/** Takes the place of an argument that cannot be decoded; no schema accepts it. */
const UNREADABLE = Symbol('unreadable');

const json = new JsonPayloadConverter();

/**
 * Decodes what workflows receive.
 *
 * An argument that a person sent (of a signal, an Update, the start) may be anything, and one that cannot be decoded is
 * left to the handlers, which note it or refuse it: an exception here would fail every workflow task of the run from then
 * on. Anything else, such as the result of an activity, is the product's own, so the exception is right: the workflow task
 * is tried again until the payload can be decoded, and no run ends on half of an answer.
 */
function fromPayload(payload: Payload, context?: SerializationContext): unknown {
  try {
    return defaultPayloadConverter.fromPayload<unknown>(payload, context);
  } catch (error) {
    if (!isArgument(context)) throw error;
  }
  try {
    // The UI's forms offer a second label for JSON.
    return json.fromPayload<unknown>(payload);
  } catch {
    return UNREADABLE;
  }
}

/** Tells arguments by their owner: results belong to an activity, or to a child workflow. */
function isArgument(context: SerializationContext | undefined): boolean {
  return context?.type === 'workflow' && context.workflowId === workflowInfo().workflowId;
}

/** The payload converter of the workflow bundle. */
export const payloadConverter: PayloadConverter = {
  toPayload: (value, context) => defaultPayloadConverter.toPayload(value, context),
  fromPayload: fromPayload as PayloadConverter['fromPayload'],
};
