import { editDistance } from './edit-distance';

const MOST_EDITS = 3;
/** So much of a name may be wrong, and it is still that name. */
const MOST_WRONG = 1 / 3;
/** A longer text is a mistake of another kind, and takes long to compare. */
const LONGEST = 60;

/**
 * Finds the name that somebody means who wrote one that is none of these; `undefined` where none is near. A dotted name may
 * be meant by its last part alone.
 */
export function nearestName(written: string, names: readonly string[]): string | undefined {
  if (written.length > LONGEST) return undefined;
  const near = names.flatMap((name) => {
    const edits = Math.min(...[name, name.split('.').at(-1) ?? ''].map((it) => editsBetween(written, it)));
    return edits === Infinity ? [] : [{ name, edits }];
  });
  return near.sort((one, other) => one.edits - other.edits)[0]?.name;
}

/** Infinity where the one cannot be meant by the other. */
function editsBetween(written: string, name: string): number {
  const [one, other] = [bare(written), bare(name)];
  const edits = editDistance(one, other);
  const most = Math.min(MOST_EDITS, Math.floor(Math.max(one.length, other.length) * MOST_WRONG));
  return edits <= most ? edits : Infinity;
}

/** Without what other languages write differently: `account_id` is `accountId`. */
function bare(name: string): string {
  return name.toLowerCase().replaceAll(/[-_. ]/g, '');
}
