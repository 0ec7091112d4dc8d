/** Counts the letters to be put in, taken out, changed or swapped with the next to make one text of another. */
export function editDistance(one: string, other: string): number {
  let twoBefore: number[] = [];
  let before = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const after = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const [corner = 0, above = 0] = before.slice(column - 1);
      const [left = 0] = after.slice(-1);
      const isSame = one.charAt(row - 1) === other.charAt(column - 1);
      const isSwapped =
        one.charAt(row - 1) === other.charAt(column - 2) && one.charAt(row - 2) === other.charAt(column - 1);
      const swap = isSwapped ? (twoBefore[column - 2] ?? Infinity) + 1 : Infinity;
      after.push(Math.min(corner + (isSame ? 0 : 1), above + 1, left + 1, swap));
    }
    [twoBefore, before] = [before, after];
  }
  return before.at(-1) ?? 0;
}
