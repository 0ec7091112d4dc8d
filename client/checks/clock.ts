import type { Check } from '../../contract';

/** Keys, certificates and signatures are refused from minutes on; answers take seconds. */
const TAKEN_FOR_RIGHT_MS = 60_000;

/**
 * Checks the clock of this machine by the time that the server wrote down meanwhile.
 *
 * @param between when that may have been, by this machine's clock
 * @param written milliseconds since the epoch
 */
export function checkClock(between: { from: number; to: number }, written: number): Check {
  const check = 'clock';
  const aheadMs = between.from - written;
  const behindMs = written - between.to;
  const offMs = Math.max(aheadMs, behindMs);
  if (offMs <= TAKEN_FOR_RIGHT_MS)
    return { check, ok: true, found: `that of this machine is within a minute of the server's` };
  return {
    check,
    ok: false,
    found: `that of this machine is ${Math.round(offMs / 1_000)} s ${aheadMs > behindMs ? 'ahead of' : 'behind'} the server's`,
    remedy:
      'Have it set by NTP: certificates and keys are judged by it, and logs are read by it. Calls to AWS are signed by the time of AWS all the same.',
  };
}
