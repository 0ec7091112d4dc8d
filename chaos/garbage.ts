import type { WorkflowHandle } from '@temporalio/client';
import fc from 'fast-check';
import {
  ADD_PAGE_SIGNAL,
  CALLS_SIGNAL,
  HELD_SIGNAL,
  PAGE_ORDER_SIGNAL,
  PAGE_REPORT_SIGNAL,
} from '../contract';

/** A signal that makes no sense to anybody, as a person may send it by mistake. */
export interface Garbage {
  type: 'garbage';
  signal: string;
  /** None: the signal has no argument. */
  argument?: unknown;
}

// Not `pause` and `resume`: they have no argument, so none can make no sense of them.
const SIGNALS = [
  PAGE_REPORT_SIGNAL,
  PAGE_ORDER_SIGNAL,
  HELD_SIGNAL,
  CALLS_SIGNAL,
  ADD_PAGE_SIGNAL,
  'abort',
  'adjust',
  'noSuchSignal',
  '\u001b[31mred\u0007',
  '__proto__',
];

const ARGUMENTS: readonly unknown[] = [
  null,
  42,
  true,
  [],
  {},
  [[[]]],
  { page: -1, accounts: 'all' },
  { page: 0, pageId: 'identity-center-fleet/another/0123456789ab/0' },
  { accountId: 7, held: 'yes' },
  { window: -3, paused: 'no', retry: 1.5 },
  { pageIdPrefix: null, sent: 'many' },
];

/** Draws a signal; most arguments are missing. */
export const garbage: fc.Arbitrary<Garbage> = fc
  .record({
    type: fc.constant('garbage' as const),
    signal: fc.constantFrom(...SIGNALS),
    argument: fc.option(fc.constantFrom(...ARGUMENTS), { freq: 2, nil: undefined }),
  })
  .map(({ argument, ...rest }) => (argument === undefined ? rest : { ...rest, argument }));

/** Sends it to a workflow. */
export async function sendGarbage(
  handle: Pick<WorkflowHandle, 'signal'>,
  { signal, argument }: Garbage,
): Promise<void> {
  if (argument === undefined) await handle.signal(signal);
  else await handle.signal<[unknown]>(signal, argument);
}
