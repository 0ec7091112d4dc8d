// What becomes of a text on its way into a file: spreadsheets, web pages and chats change it, mostly so that nobody sees it.

const AS_TEXT = 'format the column as text and enter the ID again';

/** Says what became of an account ID, where that can be told; `undefined` where it cannot. */
export function mangledAccountId(value: unknown): string | undefined {
  // Not repaired: a leading zero may be gone, and digits of a rounded number are.
  if (typeof value === 'number')
    return 'is a number here, which loses leading zeros: put its 12 digits in quotes';
  if (typeof value !== 'string') return undefined;
  const odd = oddCharacters(value, /[^\x21-\x7e]/u);
  if (odd !== undefined) return `must be 12 digits, but has ${odd}: type the ID again`;
  if (/^\d([.,]\d+)?e\+?\d+$/i.test(value))
    return `a spreadsheet has made a rounded number of it (${value.slice(0, 24)}): ${AS_TEXT}`;
  if (/^\d{9,11}$/.test(value))
    return `has ${value.length} digits, not 12: a spreadsheet takes leading zeros away; ${AS_TEXT}`;
  if (/^\d{9,12}[.,]0+$/.test(value))
    return `is a number with decimals (${value.slice(0, 24)}), which loses leading zeros: ${AS_TEXT}`;
  if (/^['`]\d+$/.test(value))
    return `begins with ${value.slice(0, 1)}, as spreadsheets show a text: take it away`;
  if (/^\d{1,4}([.,'_-]\d{3,4}){2,4}$/.test(value))
    return `is written in groups (${value.slice(0, 24)}): write its 12 digits with nothing between them`;
  return undefined;
}

/** Characters that look like nothing, like a blank, or like an ASCII digit or hyphen. */
const UNSEEN = /[^\P{Cf}]|[^\P{Zs} ]|[^\P{Nd}0-9]|[^\P{Pd}-]|\u2212/u;

/** Names the characters of a text that look like others, or like nothing; `undefined` where there are none. */
export function unseenCharacters(value: unknown): string | undefined {
  return typeof value === 'string' ? oddCharacters(value, UNSEEN) : undefined;
}

const MOST_NAMED = 3;

function oddCharacters(text: string, odd: RegExp): string | undefined {
  // A text of megabytes is no ID.
  const found = Array.from(text.slice(0, 1_000)).flatMap((character, index) =>
    odd.test(character) ? [`${nameOf(character)} at position ${index + 1}`] : [],
  );
  if (found.length === 0) return undefined;
  const more = found.length > MOST_NAMED ? ` and ${found.length - MOST_NAMED} more` : '';
  return `${found.slice(0, MOST_NAMED).join(', ')}${more}`;
}

/** Names a character as Unicode does: `U+200B ZERO WIDTH SPACE`. */
function nameOf(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  const code = `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
  const name = NAMES.get(point) ?? digitName(point) ?? kindOf(character);
  return name === undefined ? code : `${code} ${name}`;
}

const NAMES = new Map([
  [0x09, 'TAB'],
  [0x0a, 'LINE FEED'],
  [0x0d, 'CARRIAGE RETURN'],
  [0x20, 'SPACE'],
  [0xa0, 'NO-BREAK SPACE'],
  [0xad, 'SOFT HYPHEN'],
  [0x061c, 'ARABIC LETTER MARK'],
  [0x180e, 'MONGOLIAN VOWEL SEPARATOR'],
  [0x2002, 'EN SPACE'],
  [0x2003, 'EM SPACE'],
  [0x2007, 'FIGURE SPACE'],
  [0x2008, 'PUNCTUATION SPACE'],
  [0x2009, 'THIN SPACE'],
  [0x200a, 'HAIR SPACE'],
  [0x200b, 'ZERO WIDTH SPACE'],
  [0x200c, 'ZERO WIDTH NON-JOINER'],
  [0x200d, 'ZERO WIDTH JOINER'],
  [0x200e, 'LEFT-TO-RIGHT MARK'],
  [0x200f, 'RIGHT-TO-LEFT MARK'],
  [0x2010, 'HYPHEN'],
  [0x2011, 'NON-BREAKING HYPHEN'],
  [0x2012, 'FIGURE DASH'],
  [0x2013, 'EN DASH'],
  [0x2014, 'EM DASH'],
  [0x2018, 'LEFT SINGLE QUOTATION MARK'],
  [0x2019, 'RIGHT SINGLE QUOTATION MARK'],
  [0x201c, 'LEFT DOUBLE QUOTATION MARK'],
  [0x201d, 'RIGHT DOUBLE QUOTATION MARK'],
  [0x202a, 'LEFT-TO-RIGHT EMBEDDING'],
  [0x202b, 'RIGHT-TO-LEFT EMBEDDING'],
  [0x202c, 'POP DIRECTIONAL FORMATTING'],
  [0x202d, 'LEFT-TO-RIGHT OVERRIDE'],
  [0x202e, 'RIGHT-TO-LEFT OVERRIDE'],
  [0x202f, 'NARROW NO-BREAK SPACE'],
  [0x2060, 'WORD JOINER'],
  [0x2061, 'FUNCTION APPLICATION'],
  [0x2062, 'INVISIBLE TIMES'],
  [0x2063, 'INVISIBLE SEPARATOR'],
  [0x2064, 'INVISIBLE PLUS'],
  [0x2066, 'LEFT-TO-RIGHT ISOLATE'],
  [0x2067, 'RIGHT-TO-LEFT ISOLATE'],
  [0x2068, 'FIRST STRONG ISOLATE'],
  [0x2069, 'POP DIRECTIONAL ISOLATE'],
  [0x2212, 'MINUS SIGN'],
  [0x3000, 'IDEOGRAPHIC SPACE'],
  [0xfeff, 'ZERO WIDTH NO-BREAK SPACE (a byte order mark)'],
  [0xff0d, 'FULLWIDTH HYPHEN-MINUS'],
]);

const DIGITS = ['ZERO', 'ONE', 'TWO', 'THREE', 'FOUR', 'FIVE', 'SIX', 'SEVEN', 'EIGHT', 'NINE'];
/** Digits that keyboards of other scripts type, by their zero. */
const SCRIPTS: [zero: number, name: string][] = [
  [0x0660, 'ARABIC-INDIC DIGIT'],
  [0x06f0, 'EXTENDED ARABIC-INDIC DIGIT'],
  [0x0966, 'DEVANAGARI DIGIT'],
  [0xff10, 'FULLWIDTH DIGIT'],
];

function digitName(point: number): string | undefined {
  for (const [zero, name] of SCRIPTS) {
    const digit = DIGITS[point - zero];
    if (digit !== undefined) return `${name} ${digit}`;
  }
  return undefined;
}

function kindOf(character: string): string | undefined {
  if (/\p{Nd}/u.test(character)) return 'a digit of another script';
  if (/\p{Z}/u.test(character)) return 'a kind of space';
  return /[\p{Cf}\p{Cc}]/u.test(character) ? 'an invisible character' : undefined;
}
