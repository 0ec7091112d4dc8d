import {
  defaultPayloadConverter,
  JsonPayloadConverter,
  type Payload,
  type PayloadConverter,
} from '@temporalio/common';

/** In place of what cannot be decoded; no schema takes it. */
const UNREADABLE = Symbol('unreadable');

const json = new JsonPayloadConverter();

/** JSON is read as JSON whatever it is labelled: the UI's forms offer a second label. */
function decode(payload: Payload): unknown {
  for (const converter of [defaultPayloadConverter, json]) {
    try {
      return converter.fromPayload<unknown>(payload);
    } catch {
      // Not this way.
    }
  }
  return UNREADABLE;
}

/**
 * What the workflow bundle decodes with: whatever arrives. With the SDK's own converter a signal that cannot be decoded
 * fails every workflow task of the run from then on.
 */
export const payloadConverter: PayloadConverter = {
  toPayload: (value) => defaultPayloadConverter.toPayload(value),
  fromPayload: decode as PayloadConverter['fromPayload'],
};
