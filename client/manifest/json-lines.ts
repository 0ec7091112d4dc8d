import { readJson } from './json';
import type { Parsed } from './parsed';
import { readAccount } from './shape';

/** Reads a manifest in JSON Lines: one account a line; blank lines are skipped. It has no defaults. */
export function readJsonLines(text: string): Parsed {
  const parsed: Parsed = { accounts: [], problems: [] };
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return;
    const read = readJson(line, () => index + 1);
    if ('message' in read) {
      parsed.problems.push(read);
      return;
    }
    for (const it of read.problems) parsed.problems.push(it);
    const account = readAccount(read.value, () => ({ line: index + 1, fields: () => [], items: () => [] }));
    if ('message' in account) parsed.problems.push(account);
    else parsed.accounts.push(account);
  });
  return parsed;
}
