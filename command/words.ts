import { oneLine, type CallCounts } from '../contract';

/** Writes a count with the word for it, such as `1 account` and `12,000 accounts`. */
export function counted(count: number, word: string): string {
  return `${grouped(count)} ${word}${count === 1 ? '' : 's'}`;
}

/** Writes a count with its thousands apart. */
export function grouped(count: number): string {
  return count.toLocaleString('en');
}

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** Writes a duration in its two largest units, such as `3 min 20 s`. */
export function duration(ms: number): string {
  if (ms < 10_000) return `${Number((ms / 1000).toPrecision(2))} s`;
  let rest = Math.round(ms / 1000);
  const largest = UNITS.findIndex(([, seconds]) => rest >= seconds);
  return UNITS.slice(largest, largest + 2)
    .map(([unit, seconds]) => {
      const count = Math.floor(rest / seconds);
      rest -= count * seconds;
      return count === 0 ? '' : `${count} ${unit}`;
    })
    .filter(Boolean)
    .join(' ');
}

/** Writes a share of 1 as people read it. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value > 0 && value < 10 ? Number(value.toPrecision(2)) : Math.round(value)} %`;
}

/** Describes the calls to Identity Center. */
export function describeCalls({ sent, throttled }: CallCounts): string {
  return `${grouped(sent)} to Identity Center, ${grouped(throttled)} throttled (${percent(sent === 0 ? 0 : throttled / sent)})`;
}

/** Quotes what was given in a message; of anything but a text or a number it says only what it is. */
export function quote(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(oneLine(value, 100));
  return typeof value === 'number' ? String(value) : 'something else than a text';
}
