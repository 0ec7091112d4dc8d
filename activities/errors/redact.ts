const HIDDEN = '(hidden)';

/** AWS quotes the request that it could not verify, session token and all; a history is read by many. */
const SECRETS: readonly [RegExp, string][] = [
  // To the end of the line: the header has spaces, and what a proxy makes of it is unknown.
  [/((?:proxy-)?authorization\b["']?\s*[:=>]).*/gi, `$1 ${HIDDEN}`],
  [/\b(AWS4-HMAC-SHA256) .*/g, `$1 ${HIDDEN}`],
  [/\b(Bearer|Basic) [\w+/=.~-]{8,}/gi, `$1 ${HIDDEN}`],
  [/\b(Signature=)\w+/gi, `$1${HIDDEN}`],
  [
    /((?:secret[-_ ]?(?:access[-_ ]?)?key|(?:session|security)[-_ ]?token)["']?\s*(?:[:=>]|%3D)\s*["']?)[^\s"',;&<>}]+/gi,
    `$1${HIDDEN}`,
  ],
  // Session tokens begin like this, wherever they turn up.
  [/\b(?:FwoG|FQoG|IQoJ|AQoD)[\w+/=%-]{20,}/g, HIDDEN],
];

/** A text without the secrets that are known to turn up in errors. */
export function redact(text: string): string {
  return SECRETS.reduce((before, [pattern, replacement]) => before.replace(pattern, replacement), text);
}
