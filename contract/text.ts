/**
 * A text from outside as part of a message: one line of printable, well-formed text. A lone surrogate would make the
 * message invalid UTF-8, which the server refuses; a control character could steer the terminal of whoever reads it; and
 * one that has no width or turns the direction of writing could show another text than the one that is there.
 */
export function oneLine(text: string, longest: number): string {
  const line = text
    // Cutting first keeps a text of megabytes cheap.
    .slice(0, longest * 4)
    .replace(/[\s\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ')
    .trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1).replace(/\p{Cs}$/u, '')}…`;
}

/** Counts the bytes that a value has as JSON in UTF-8, as it is sent through Temporal. Workflows have no `Buffer`. */
export function jsonBytes(value: object): number {
  const json = JSON.stringify(value);
  const count = (characters: RegExp) => json.match(characters)?.length ?? 0;
  // A half of a surrogate pair has two bytes.
  return json.length + count(/[\u0080-\uffff]/g) + count(/[\u0800-\ud7ff\ue000-\uffff]/g);
}

/** Writes a time (ISO 8601) as people read it: `2026-03-01 08:00:00 UTC`. */
export function utc(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`;
}
