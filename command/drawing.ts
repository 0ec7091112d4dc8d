import { duration, grouped } from './words';

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

/** The plot inside a picture, in units of its viewBox. */
export interface Frame {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Makes the map of values from 0 to `most` onto a stretch of a picture. */
export function scale(most: number, from: number, to: number): (value: number) => number {
  return (value) => from + (value / most) * (to - from);
}

/** Makes the map of counts from 0 to `most` onto the height of a plot. */
export function heights({ top, bottom }: Frame, most: number): (count: number) => number {
  return scale(Math.max(1, most), bottom, top);
}

/** Rounds a length to the digits that can be seen. */
export function rounded(length: number): number {
  return Math.round(length * 10) / 10;
}

/** Steps between marks of time that people count in, by the milliseconds of their unit. */
const TIME_STEPS = (
  [
    [1, [1, 2, 5, 10, 20, 50, 100, 200, 500]],
    [1_000, [1, 2, 5, 10, 15, 30]],
    [60_000, [1, 2, 5, 10, 15, 30]],
    [3_600_000, [1, 2, 3, 6, 12]],
    [86_400_000, [1, 2, 5, 10, 20, 50, 100, 200]],
  ] as const
).flatMap(([unit, counts]) => counts.map((count) => count * unit));

/** Chooses marks from 0 to `most` milliseconds. */
function timeMarks(most: number, marks = 8): number[] {
  const step = TIME_STEPS.find((step) => most / step <= marks) ?? most;
  return marksBy(step, most);
}

/** Chooses marks from 0 to `most` of something that is counted in ones. */
function countMarks(most: number, marks: number): number[] {
  const decade = 10 ** Math.floor(Math.log10(Math.max(1, most / marks)));
  const step = [1, 2, 5, 10].map((factor) => factor * decade).find((step) => most / step <= marks) ?? most;
  return marksBy(step, most);
}

function marksBy(step: number, most: number): number[] {
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
}

/** Draws a line and a label for some counts from 0 to `most`. */
export function countAxis(frame: Frame, most: number, marks: number): Markup[] {
  const { left, right } = frame;
  const y = heights(frame, most);
  return countMarks(most, marks).map((mark) => {
    const at = rounded(y(mark));
    return markup`<path class="axis" d="M${left} ${at}H${right}"/><text x="${left - 8}" y="${at + 4}" text-anchor="end">${grouped(mark)}</text>`;
  });
}

/** Draws a tick and a label for some times from 0 to `most` milliseconds since the start. */
export function timeAxis({ left, right, bottom }: Frame, most: number): Markup[] {
  const x = scale(most, left, right);
  return timeMarks(most).map((mark) => {
    const at = rounded(x(mark));
    return markup`<path class="axis" d="M${at} ${bottom}v5"/><text x="${at}" y="${bottom + 18}" text-anchor="middle">${mark === 0 ? '0' : duration(mark)}</text>`;
  });
}

/** The width of every picture of a plot, and the room below the plot. */
const [WIDTH, MARGIN] = [900, 30];

/** Draws a picture, with the words for who cannot see it. */
export function picture(
  id: string,
  title: string,
  description: string,
  { bottom }: Frame,
  content: Markup,
): Markup {
  return markup`<svg viewBox="0 0 ${WIDTH} ${bottom + MARGIN}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc>
${content}
</svg>`;
}

/** Says what the colours stand for: classes, with words. */
export function legend(entries: readonly (readonly [string, string])[]): Markup {
  return markup`<ul class="legend">${entries.map(
    ([name, words]) =>
      markup`<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="${name}" width="10" height="10" rx="2"/></svg>${words}</li>`,
  )}</ul>`;
}
