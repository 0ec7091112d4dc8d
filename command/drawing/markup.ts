/** Text that is markup already; of what comes from outside only {@link markup} makes it, which escapes it. */
export class Markup {
  private constructor(readonly text: string) {}

  /** @param text of our own, to be written as it is */
  static own(text: string): Markup {
    return new Markup(text);
  }

  static of(parts: readonly string[], values: readonly MarkupValue[]): Markup {
    return new Markup(
      parts.map((part, index) => part + (index < values.length ? write(values[index]) : '')).join(''),
    );
  }
}

export type MarkupValue = string | number | Markup | readonly Markup[] | undefined;

/** Markup with values in it; what is no markup itself is escaped, for text as for attributes in double quotes. */
export function markup(parts: TemplateStringsArray, ...values: MarkupValue[]): Markup {
  return Markup.of(parts, values);
}

function write(value: MarkupValue): string {
  if (value === undefined) return '';
  if (value instanceof Markup) return value.text;
  return typeof value === 'object' ? value.map(({ text }) => text).join('') : escape(String(value));
}

function escape(text: string): string {
  return (
    text
      // Control characters, and those that would write the rest of a line backwards.
      .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (character) =>
        /\s/.test(character) ? character : '\ufffd',
      )
      .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
  );
}
