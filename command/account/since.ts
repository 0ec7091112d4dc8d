import { milliseconds } from '../../contract';

/** Reads a point in time: how long ago (`2h`), or a date, or a time with its zone. `undefined`: it is none. */
export function readSince(text: string, now = Date.now()): Date | undefined {
  if (/^\d{1,6}(\.\d{1,3})?[smhd]$/.test(text)) return new Date(now - milliseconds(text));
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d))?$/.test(text)) return undefined;
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
