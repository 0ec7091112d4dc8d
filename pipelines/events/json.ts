/** A JSON object, whatever is in it. */
export type Holder = Record<string, unknown>;

/** The largest that EventBridge, SQS and SNS carry is a mebibyte; what is longer is something else. */
const LONGEST = 8 * 1024 * 1024;

export function isHolder(value: unknown): value is Holder {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Takes what an object has itself: what it inherits, or what a library has put into the prototype of all objects, nobody has
 * sent.
 */
export function ownOf(value: Holder): Holder {
  return Object.assign(Object.create(null) as Holder, value);
}

/** Reads a JSON text; what is wrong with it is said in words for people. */
export function readJson(text: string): { value: unknown } | { problem: string } {
  if (text.length > LONGEST) return { problem: 'is too long for an event' };
  if (text.trim() === '') return { problem: 'is empty' };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { problem: 'is not valid JSON' };
  }
}
