import type { Entry } from './entry';

// A list of account IDs without a header: one a line, or several, as shells and people write them.

/** What is between IDs: commas, semicolons, tabs and blanks of ASCII; another blank is one too many, and is named. */
const BETWEEN = /[ \t,;|]+/;

/** What a text says but for blank lines and comments: their lines stay, so that the others keep their numbers. */
export function withoutComments(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n').replaceAll(/^[ \t]*#.*$/gm, '');
}

/** Tells whether a text, without its comments, is a list of IDs: its first line is nothing but IDs, mangled ones or not. */
export function isIdList(text: string): boolean {
  const first = text.split('\n', 1_000).find((line) => line.trim() !== '') ?? '';
  const ids = idsIn(first.slice(0, 10_000));
  return ids.length > 0 && ids.every(isLikeId);
}

/** Tells a cell that is meant as an account ID from the name of a column. */
export function isLikeId(cell: string): boolean {
  return /^\d([.,]\d+)?e\+?\d+$/i.test(cell) || /^\p{Nd}{4,}$/u.test(cell.replaceAll(/[^\p{L}\p{N}]/gu, ''));
}

export function readIdList(text: string): Entry[] {
  return text.split('\n').flatMap((content, index) =>
    idsIn(content).map((accountId): Entry => {
      return {
        line: index + 1,
        input: { accountId: unwrap(accountId.replace(/^"(.*)"$/, '$1')) },
        find: () => undefined,
      };
    }),
  );
}

function idsIn(line: string): string[] {
  return line
    .replace(/[ \t](#|\/\/).*$/, '')
    .split(BETWEEN)
    .filter((id) => id !== '');
}

/** Takes off what keeps a spreadsheet from changing an ID: `="012345678901"`. */
export function unwrap(cell: string): string {
  return /^="([^"]*)"$/.exec(cell)?.[1] ?? cell;
}
