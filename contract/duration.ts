import ms, { type StringValue } from 'ms';
import { z } from 'zod';

const DURATION = /^\d{1,9}(\.\d{1,3})?(ms|s|m|h|d)$/;
const LONGEST = '365d';

const schema = z
  .string()
  .regex(DURATION, 'must be a duration: a number and a unit (ms, s, m, h, d), such as "30s"')
  .refine(
    (text) => !DURATION.test(text) || (milliseconds(text) > 0 && milliseconds(text) <= milliseconds(LONGEST)),
    {
      error: `must be longer than 0 and no longer than ${LONGEST}`,
    },
  );

/** A duration as people write it: a number and a unit, `ms`, `s`, `m`, `h` or `d` (`"30s"`, `"1.5h"`). */
export const durationSchema = () => schema;

/** The milliseconds in a duration that {@link durationSchema} has accepted. */
export function milliseconds(duration: string): number {
  return ms(duration as StringValue);
}
