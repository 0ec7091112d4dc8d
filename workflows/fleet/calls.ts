import type { CallCounts, FleetCalls } from '../../contract';

/** So many spans, and the next begins a course half as fine. */
const MAX_SPANS = 60;

/**
 * Adds calls to those of a fleet.
 *
 * @param sinceStart milliseconds from the start of the fleet
 */
export function addCalls(calls: FleetCalls, made: CallCounts, sinceStart: number): FleetCalls {
  let { spanMs, course } = calls;
  for (; sinceStart >= MAX_SPANS * spanMs; spanMs *= 2)
    course = course.reduce<FleetCalls['course']>(
      (wide, { span, ...counts }) => inSpan(wide, Math.floor(span / 2), counts),
      [],
    );
  return {
    ...addCounts(calls, made),
    spanMs,
    course: inSpan(course, Math.max(0, Math.floor(sinceStart / spanMs)), made),
  };
}

/** Time goes forward, so what is added belongs to the last span or comes after it. */
function inSpan(course: FleetCalls['course'], span: number, counts: CallCounts): FleetCalls['course'] {
  const last = course.at(-1);
  return last !== undefined && last.span >= span
    ? [...course.slice(0, -1), { span: last.span, ...addCounts(last, counts) }]
    : [...course, { span, ...counts }];
}

function addCounts(one: CallCounts, other: CallCounts): CallCounts {
  return { sent: one.sent + other.sent, throttled: one.throttled + other.throttled };
}
