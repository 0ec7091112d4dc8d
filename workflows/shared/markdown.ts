/** An empty paragraph (a no-break space): the UI's frame is too low for its text, and cuts off the last line. */
const LAST = '\u00a0';

/** Joins the paragraphs of the current details in the UI; those that are false are left out. */
export function paragraphs(texts: readonly (string | false)[]): string {
  return [...texts.filter((text) => text !== false), LAST].join('\n\n');
}

/** Words of AWS, or of a person, which mean no Markdown. */
export function literal(text: string): string {
  return text.replace(/[\\`*_[\]<>|]/g, '\\$&');
}
