import type { HttpAnswer } from './protocols';

/** What becomes of a request: an answer, whole or cut in half, or none. */
export type Delivery = { answer: HttpAnswer; half?: boolean } | 'drop' | 'hang';

/** Answers that do not come from AWS but from what lies between, or that were damaged there. */
const ANSWERS: Readonly<Record<string, HttpAnswer>> = {
  html503: {
    status: 503,
    headers: { 'content-type': 'text/html' },
    body: '<html><body>Service Unavailable</body></html>',
  },
  empty500: { status: 500, headers: {}, body: '' },
  garbage: {
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: '{"InstanceArn": "arn:aws',
  },
};

/**
 * What trouble on the way makes of a call; nothing, where the name is an AWS error's.
 *
 * @param perform carries out the call
 */
export function transportFailure(name: string, perform: () => HttpAnswer): Delivery | undefined {
  if (name === 'reset') return 'drop';
  if (name === 'hang') return 'hang';
  if (name === 'halfResponse') return { answer: perform(), half: true };
  const answer = Object.hasOwn(ANSWERS, name) ? ANSWERS[name] : undefined;
  return answer && { answer };
}
