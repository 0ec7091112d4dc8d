import type { Check } from './check';

/** Keys, certificates and signatures are refused from minutes on; answers take seconds. */
const TAKEN_FOR_RIGHT_MS = 60_000;

/**
 * Checks a clock by the time that another wrote down meanwhile.
 *
 * @param of whose clock it is
 * @param between when that may have been, by the clock that is checked
 * @param written milliseconds since the epoch
 */
export function checkClock(
  check: string,
  of: string,
  between: { from: number; to: number },
  written: number,
): Check {
  const aheadMs = between.from - written;
  const behindMs = written - between.to;
  const offMs = Math.max(aheadMs, behindMs);
  if (offMs <= TAKEN_FOR_RIGHT_MS)
    return { check, ok: true, found: `that of ${of} is within a minute of the server's` };
  return {
    check,
    ok: false,
    found: `that of ${of} is ${Math.round(offMs / 1_000)} s ${aheadMs > behindMs ? 'ahead of' : 'behind'} the server's`,
    remedy:
      'Have it set by NTP: certificates and keys are judged by it, and logs are read by it. Calls to AWS are signed by the time of AWS all the same.',
  };
}
