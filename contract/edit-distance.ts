/**
 * Counts the letters to be put in, taken out, changed or swapped with the next to make one text of another.
 *
 * @param limit where there are more, the answer may be any number above it: a manifest has the same slip a thousand times
 */
export function editDistance(one: string, other: string, limit = Infinity): number {
  const least = Math.abs(one.length - other.length);
  if (least > limit) return least;
  let twoBefore: number[] = [];
  let before = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const after = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwapped = row > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      const edits = Math.min(
        at(before, column - 1) + (isSame ? 0 : 1),
        at(before, column) + 1,
        at(after, column - 1) + 1,
        isSwapped ? at(twoBefore, column - 2) + 1 : Infinity,
      );
      after.push(edits);
    }
    // What is swapped passes over a row, so both have to be beyond it.
    if (Math.min(...before, ...after) > limit) return limit + 1;
    [twoBefore, before] = [before, after];
  }
  return at(before, other.length);
}

function at(cells: readonly number[], index: number): number {
  return cells[index] ?? Infinity;
}
