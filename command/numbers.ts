import { InvalidArgumentError } from 'commander';

/** Reads an argument that is a whole number. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`must be a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

/** Reads a rate; `none` takes the limit away. */
export function rate(text: string): number | 'none' {
  if (text === 'none') return text;
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value <= 0 || value > 100_000)
    throw new InvalidArgumentError('must be "none", or calls a second: a number above 0.');
  return value;
}
