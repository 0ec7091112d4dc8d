const AS_TEXT = 'format the column as text and enter the ID again';

/** What became of an account ID on its way into a file, where that can be told; `undefined` where it cannot. */
export function accountIdMessage(value: unknown): string | undefined {
  // Not repaired: a leading zero may be gone, and digits of a rounded number are.
  if (typeof value === 'number')
    return 'is a number here, which loses leading zeros: put its 12 digits in quotes';
  if (typeof value !== 'string') return undefined;
  if (/^\d([.,]\d+)?e\+?\d+$/i.test(value))
    return `a spreadsheet has made a rounded number of it (${value.slice(0, 24)}): ${AS_TEXT}`;
  if (/^\d{9,11}$/.test(value))
    return `has ${value.length} digits, not 12: a spreadsheet takes leading zeros away; ${AS_TEXT}`;
  return undefined;
}
