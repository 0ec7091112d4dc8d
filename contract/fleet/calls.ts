import { z } from 'zod';
import { readBy, type ReadRequest } from '../validation';

/** Calls to Identity Center; those to STS, which has quotas of its own, are left out. */
export interface CallCounts {
  sent: number;
  throttled: number;
}

/** The calls for the accounts that a fleet began, as far as its workers have told them. */
export interface FleetCalls extends CallCounts {
  /** The length of a span in milliseconds; it grows with the time that the fleet takes. */
  spanMs: number;
  /** The same by time: spans are counted from the start of the fleet, from 0; those without calls are left out. */
  course: (CallCounts & { span: number })[];
}

export const NO_CALLS: FleetCalls = { sent: 0, throttled: 0, spanMs: 1_000, course: [] };

const count = z.number().int('must be a whole number').min(0, 'must be 0 or more');
const newsSchema = z.strictObject({
  /** An earlier fleet of this name had another. */
  pageIdPrefix: z.string(),
  sent: count,
  throttled: count,
});

/** Signal of a worker to a fleet: the calls for its pages since the last that were told. */
export const CALLS_SIGNAL = 'callsMade';
export type CallsNews = z.output<typeof newsSchema>;

export function readCallsNews(input: unknown): ReadRequest<CallsNews> {
  return readBy(newsSchema, input);
}

/** The fleet of a page, by the page's workflow ID. */
export function fleetOfPage(pageId: string): { fleetId: string; pageIdPrefix: string } {
  const pageIdPrefix = pageId.slice(0, pageId.lastIndexOf('/') + 1);
  return { fleetId: pageIdPrefix.split('/').slice(0, 2).join('/'), pageIdPrefix };
}
